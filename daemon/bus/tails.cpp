#include "daemon/bus/tails.h"

namespace walle::daemon::bus {
namespace {
constexpr size_t kMaxTails = 64;
constexpr size_t kWaiting = 256;
}  // namespace

Result<UniqueFd> Tails::add(TailOptions options) {
  if (tails_.size() >= kMaxTails) return fail(ErrorCode::resource_exhausted, "64 others follow the stream already");
  auto ends = WALLE_TRY(channel::Channel::pair());
  Tail& tail = tails_.emplace_back();
  tail.options = std::move(options);
  auto port =
      ChannelPort::create(loop_, std::move(ends.first),
                          {.received = [](const channel::Message&) {},
                           .refused = nullptr,
                           .gone =
                               [this, raw = &tail] {
                                 raw->gone = true;
                                 loop_.post([this] { tails_.remove_if([](const Tail& each) { return each.gone; }); });
                               }});
  if (!port) {
    tails_.pop_back();
    return fail(port.error());
  }
  tail.port = std::move(*port);
  return std::move(ends.second).take();
}

void Tails::send(Tail& tail, Value body) {
  if (tail.gone) return;
  if (tail.lost > 0 && tail.port->send({{"type", "lost"}, {"count", tail.lost}}, {}, kWaiting)) tail.lost = 0;
  if (!tail.port->send(std::move(body), {}, kWaiting)) ++tail.lost;
}

void Tails::event(const streamd::LoggedEvent& event) {
  for (Tail& tail : tails_) {
    if (!tail.options.events || (!tail.options.page.empty() && tail.options.page != event.event.page)) continue;
    Value value = wire::to_value(event.event);
    if (!tail.options.contents) value.erase("contents");
    send(tail, {{"type", "event"}, {"id", event.number}, {"event", std::move(value)}});
  }
}

void Tails::run(const Value& record) {
  for (Tail& tail : tails_)
    if (tail.options.runs) send(tail, {{"type", "run"}, {"record", record}});
}

}  // namespace walle::daemon::bus
