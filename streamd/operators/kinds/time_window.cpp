// window(kind, ...): assigns values to windows of time, per key: tumbling, sliding, session.
#include <algorithm>
#include <map>
#include <set>

#include "libwalle/base/parse.h"
#include "streamd/operators/operator.h"

namespace walle::operators {
namespace {

constexpr int64_t kMaxPanesPerItem = 1000;
constexpr int64_t kMaxDurationUs = 366LL * 86'400 * 1'000'000;

/// Key bytes and start; sessions, of which a key has one, use 0.
using Place = std::pair<std::vector<uint8_t>, int64_t>;

struct Pane {
  PaneClosed bounds;
  Place place;
};

/// Open panes by end and by place. Panes close when time reaches their end.
class TimeWindow : public Operator {
 public:
  explicit TimeWindow(const Limits& limits) : limits_(limits) {}

  Status advance(int64_t now_us, Sink& out) override {
    now_us_ = std::max(now_us_, now_us);
    while (!by_end_.empty() && by_end_.begin()->first <= now_us_) WALLE_TRY(close(by_end_.begin()->second, out));
    return {};
  }

  Status finish(Sink& out) override {
    while (!by_end_.empty()) WALLE_TRY(close(by_end_.begin()->second, out));
    return {};
  }

  int64_t next_deadline_us() const override { return by_end_.empty() ? INT64_MAX : by_end_.begin()->first; }

 protected:
  static std::vector<uint8_t> bytes_of(const Item& item) {
    return item.keyed ? to_cbor(item.key) : std::vector<uint8_t>{};
  }

  Result<Pane*> open(Place place, const Item& item, int64_t from_us, int64_t to_us, Sink& out) {
    if (panes_.size() >= limits_.keys) {
      ++stats_.overflow;
      WALLE_TRY(close(by_end_.begin()->second, out));
    }
    const uint64_t id = ++last_;
    Pane& pane = panes_[id];
    pane.bounds = {id, item.key, item.keyed, from_us, to_us};
    pane.place = std::move(place);
    index_[pane.place] = id;
    by_end_.emplace(to_us, id);
    return &pane;
  }

  Pane* find(const Place& place) {
    const auto found = index_.find(place);
    return found == index_.end() ? nullptr : &panes_.at(found->second);
  }

  void extend(Pane& pane, int64_t to_us) {
    if (to_us <= pane.bounds.to_us) return;
    by_end_.erase({pane.bounds.to_us, pane.bounds.pane});
    pane.bounds.to_us = to_us;
    by_end_.emplace(to_us, pane.bounds.pane);
  }

  Status put(const Pane& pane, Item item, Sink& out) {
    item.pane = pane.bounds.pane;
    item.from_us = pane.bounds.from_us;
    item.to_us = pane.bounds.to_us;
    ++stats_.out;
    return out.item(std::move(item));
  }

  Status close(uint64_t id, Sink& out) {
    const auto found = panes_.find(id);
    const PaneClosed bounds = found->second.bounds;
    by_end_.erase({bounds.to_us, id});
    index_.erase(found->second.place);
    panes_.erase(found);
    return out.closed(bounds);
  }

  Limits limits_;
  int64_t now_us_ = INT64_MIN;

 private:
  std::map<uint64_t, Pane> panes_;
  std::map<Place, uint64_t> index_;
  std::set<std::pair<int64_t, uint64_t>> by_end_;
  uint64_t last_ = 0;
};

/// Windows of `size` that begin at multiples of `step` since 1970; tumbling: step = size.
class SlidingWindow final : public TimeWindow {
 public:
  SlidingWindow(int64_t size_us, int64_t step_us, const Limits& limits)
      : TimeWindow(limits), size_us_(size_us), step_us_(step_us) {}

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    const int64_t time_us = std::clamp(item.time_us, INT64_MIN / 4, INT64_MAX / 4);
    int64_t last_us = time_us / step_us_ * step_us_;
    if (last_us > time_us) last_us -= step_us_;
    const std::vector<uint8_t> key = bytes_of(item);
    bool taken = false;
    for (int64_t from_us = last_us - (size_us_ - 1) / step_us_ * step_us_; from_us <= last_us; from_us += step_us_) {
      const int64_t to_us = from_us + size_us_;
      if (to_us <= time_us || to_us <= now_us_) continue;
      taken = true;
      const Place place{key, from_us};
      Pane* pane = find(place);
      if (pane == nullptr) pane = WALLE_TRY(open(place, item, from_us, to_us, out));
      WALLE_TRY(put(*pane, item, out));
    }
    stats_.late += taken ? 0 : 1;
    return {};
  }

 private:
  int64_t size_us_, step_us_;
};

/// One open session per key; it ends when nothing came for `gap`. Values come in about the order of time; an older one
/// joins the open session if it lies within the gap before it, else it is late.
class SessionWindow final : public TimeWindow {
 public:
  SessionWindow(int64_t gap_us, const Limits& limits) : TimeWindow(limits), gap_us_(gap_us) {}

  Status item(int /*port*/, Item item, Sink& out) override {
    ++stats_.in;
    const int64_t time_us = std::clamp(item.time_us, INT64_MIN / 4, INT64_MAX / 4);
    const Place place{bytes_of(item), 0};
    Pane* pane = find(place);
    if (pane == nullptr ? time_us + gap_us_ <= now_us_ : time_us < pane->bounds.from_us - gap_us_) {
      ++stats_.late;
      return {};
    }
    if (pane == nullptr) pane = WALLE_TRY(open(place, item, time_us, time_us + gap_us_, out));
    pane->bounds.from_us = std::min(pane->bounds.from_us, time_us);
    extend(*pane, time_us + gap_us_);
    return put(*pane, std::move(item), out);
  }

 private:
  int64_t gap_us_;
};

Result<int64_t> duration_of(const Argument& argument) {
  const auto* value = std::get_if<Value>(&argument);
  if (value == nullptr || !value->is_string()) {
    return fail(ErrorCode::invalid_argument, "a duration is a text like \"10s\"");
  }
  const int64_t us = WALLE_TRY(parse_duration_us(value->get_ref<const std::string&>()));
  if (us <= 0 || us > kMaxDurationUs) return fail(ErrorCode::invalid_argument, "durations are from 1us to 366d");
  return us;
}

Result<std::unique_ptr<Operator>> make(std::span<const Argument> arguments, const Limits& limits) {
  const auto* name = arguments.size() < 2 ? nullptr : std::get_if<Value>(&arguments[0]);
  if (name == nullptr || !name->is_string()) return fail(ErrorCode::invalid_argument, "takes a kind and a duration");
  const auto& kind = name->get_ref<const std::string&>();
  if (kind != "tumbling" && kind != "sliding" && kind != "session") {
    return fail(ErrorCode::invalid_argument, "no window '" + kind + "'; there are tumbling, sliding, session");
  }
  if (arguments.size() != (kind == "sliding" ? 3U : 2U)) {
    return fail(ErrorCode::invalid_argument, "sliding has a size and a step, the others one duration");
  }
  const int64_t size_us = WALLE_TRY(duration_of(arguments[1]));
  if (kind == "session") return std::make_unique<SessionWindow>(size_us, limits);
  const int64_t step_us = WALLE_TRY(duration_of(arguments.back()));
  if (size_us / step_us > kMaxPanesPerItem) {
    return fail(ErrorCode::invalid_argument, "a sliding window's step is at least a 1000th of its size");
  }
  return std::make_unique<SlidingWindow>(size_us, step_us, limits);
}

}  // namespace

extern const OperatorDef kTimeWindow;
const OperatorDef kTimeWindow{.name = "window",
                              .usage =
                                  "window(\"tumbling\", size) | window(\"sliding\", size, step) | "
                                  "window(\"session\", gap)",
                              .make = make};

}  // namespace walle::operators
