// join(on, within): pairs of a left and a right value with equal keys and times that differ by at most `within`.
#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "libwalle/base/parse.h"
#include "streamd/operators/operator.h"

namespace walle::operators {
namespace {

struct Held {
  int64_t time_us;
  Value value;
};

class Join final : public Operator {
 public:
  Join(Function on, int64_t within_us, const Limits& limits)
      : on_(std::move(on)), within_us_(within_us), limits_(limits) {}

  Status item(int port, Item item, Sink& out) override {
    ++stats_.in;
    const size_t mine = port == 0 ? 0 : 1;
    const Value key = WALLE_TRY(on_({&item.value, 1}));
    if (key.is_null()) return {};
    auto& sides = keys_[to_cbor(key)];
    for (const Held& other : sides[1 - mine]) {
      if (std::max(other.time_us, item.time_us) - std::min(other.time_us, item.time_us) > within_us_) continue;
      Item pair;
      pair.value = {{"left", mine == 0 ? item.value : other.value}, {"right", mine == 0 ? other.value : item.value}};
      pair.time_us = std::max(item.time_us, other.time_us);
      pair.keyed = true;
      pair.key = key;
      ++stats_.out;
      WALLE_TRY(out.item(std::move(pair)));
    }
    sides[mine].push_back({item.time_us, std::move(item.value)});
    if (++held_ > limits_.values) shed();
    return {};
  }

  Status advance(int64_t now_us, Sink& /*out*/) override {
    if (swept_us_ != INT64_MIN && now_us - swept_us_ <= within_us_ / 4) return {};
    swept_us_ = now_us;
    drop_before(now_us - within_us_);
    return {};
  }

 private:
  using Sides = std::array<std::deque<Held>, 2>;

  void drop_before(int64_t time_us) {
    for (auto it = keys_.begin(); it != keys_.end();) {
      for (auto& side : it->second) {
        held_ -= std::erase_if(side, [&](const Held& held) { return held.time_us < time_us; });
      }
      it = it->second[0].empty() && it->second[1].empty() ? keys_.erase(it) : std::next(it);
    }
  }

  /// Over the bound: the older half goes.
  void shed() {
    std::vector<int64_t> times;
    times.reserve(held_);
    for (const auto& [key, sides] : keys_) {
      for (const auto& side : sides) {
        for (const Held& held : side) times.push_back(held.time_us);
      }
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    const size_t before = held_;
    drop_before(*middle + 1);
    stats_.overflow += before - held_;
  }

  Function on_;
  int64_t within_us_;
  Limits limits_;
  std::map<std::vector<uint8_t>, Sides> keys_;
  size_t held_ = 0;
  int64_t swept_us_ = INT64_MIN;
};

Result<std::unique_ptr<Operator>> make(std::span<const Argument> arguments, const Limits& limits) {
  if (arguments.size() != 2) return fail(ErrorCode::invalid_argument, "takes a key and a duration");
  const auto* duration = std::get_if<Value>(&arguments[1]);
  if (duration == nullptr || !duration->is_string()) {
    return fail(ErrorCode::invalid_argument, "'within' is a duration like \"10s\"");
  }
  const int64_t within_us = WALLE_TRY(parse_duration_us(duration->get_ref<const std::string&>()));
  return std::make_unique<Join>(WALLE_TRY(function_of(arguments[0])), within_us, limits);
}

}  // namespace

extern const OperatorDef kJoin;
const OperatorDef kJoin{.name = "join", .usage = "join(other, on=field or function, within=duration)", .make = make};

}  // namespace walle::operators
