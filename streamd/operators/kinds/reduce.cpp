// reduce(how): one value out of many, incrementally: per window, else per key, else over all.
#include <map>

#include "streamd/operators/fold.h"
#include "streamd/operators/operator.h"

namespace walle::operators {
namespace {

/// One result on its way.
struct Group {
  Folded folded;
  int64_t last_us = 0;
  Item origin;  ///< key, without the value
};

class Reduce final : public Operator {
 public:
  Reduce(std::unique_ptr<Fold> fold, const Limits& limits) : fold_(std::move(fold)), limits_(limits) {}

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    if (item.pane != 0) return add(panes_[item.pane], std::move(item));
    const std::vector<uint8_t> key = item.keyed ? to_cbor(item.key) : std::vector<uint8_t>{};
    auto found = keys_.find(key);
    if (found == keys_.end()) {
      if (keys_.size() >= limits_.keys) WALLE_TRY(emit_oldest(out));
      found = keys_.try_emplace(key).first;
    }
    return add(found->second, std::move(item));
  }

  Status closed(const PaneClosed& pane, Sink& out) override {
    if (const auto found = panes_.find(pane.pane); found != panes_.end()) {
      const Group group = std::move(found->second);
      panes_.erase(found);
      Item item = result(group);
      item.from_us = pane.from_us;
      item.to_us = item.time_us = pane.to_us;
      WALLE_TRY(emit(std::move(item), out));
    }
    return out.closed(pane);
  }

  Status finish(Sink& out) override {
    const auto groups = std::exchange(keys_, {});
    for (const auto& [key, group] : groups) WALLE_TRY(emit(result(group), out));
    return {};
  }

 private:
  Status add(Group& group, Item item) {
    const Value value = std::exchange(item.value, nullptr);
    group.last_us = item.time_us;
    if (group.folded.seen++ == 0) group.origin = std::move(item);
    return fold_->add(group.folded, value);
  }

  Item result(const Group& group) const {
    Item item = group.origin;
    item.value = fold_->result(group.folded);
    item.time_us = group.last_us;
    item.pane = 0;
    item.reduced = true;
    return item;
  }

  Status emit(Item item, Sink& out) {
    ++stats_.out;
    return out.item(std::move(item));
  }

  /// Over the bound on keys: the key that was quiet for the longest gives its result early.
  Status emit_oldest(Sink& out) {
    ++stats_.overflow;
    const auto oldest = std::min_element(
        keys_.begin(), keys_.end(), [](const auto& a, const auto& b) { return a.second.last_us < b.second.last_us; });
    Item item = result(oldest->second);
    keys_.erase(oldest);
    return emit(std::move(item), out);
  }

  std::unique_ptr<Fold> fold_;
  Limits limits_;
  std::map<uint64_t, Group> panes_;
  std::map<std::vector<uint8_t>, Group> keys_;
};

Result<std::unique_ptr<Operator>> make(std::span<const Argument> arguments, const Limits& limits) {
  if (arguments.size() != 1) return fail(ErrorCode::invalid_argument, "takes one argument");
  return std::make_unique<Reduce>(WALLE_TRY(fold_of(arguments[0])), limits);
}

}  // namespace

extern const OperatorDef kReduce;
const OperatorDef kReduce{.name = "reduce",
                          .usage =
                              "reduce(function(result, value), or \"count\", \"sum(expression)\", mean, min, max, "
                              "first, last, or an expression of acc and value)",
                          .make = make};

}  // namespace walle::operators
