#include "streamd/trigger/links.h"

#include <algorithm>

namespace walle::trigger {
namespace {

constexpr size_t kEventOverhead = 256;

/// Bytes of an event, about.
size_t weight(const Value& value) {
  size_t sum = 32;
  if (value.is_string()) sum += value.get_ref<const std::string&>().size();
  if (value.is_binary()) sum += value.get_binary().size();
  if (value.is_structured()) {
    for (const auto& [key, member] : value.items()) sum += key.size() + weight(member);
  }
  return sum;
}

}  // namespace

void Links::take(const EventPtr* event, int64_t number, int64_t time_us) {
  event_ = event;
  held_.reset();
  number_ = number;
  time_us_ = time_us;
}

LinkPtr Links::add(const LinkPtr& before) {
  if (!held_) held_ = hold();
  auto made = std::make_shared<Link>(Link{before, held_, number_, time_us_, before ? before->count + 1 : 1});
  if (made->count > most_ && before) {
    made->before = before->before;
    made->count = before->count;
    ++cut_;
  }
  return made;
}

std::shared_ptr<const EventPtr> Links::hold() const {
  const size_t bytes = kEventOverhead + weight((*event_)->contents);
  account_->bytes += bytes;
  return {new EventPtr(*event_), [account = account_, bytes](const EventPtr* event) {
            account->bytes -= bytes;
            delete event;
          }};
}

std::vector<EventPtr> events_of(const Thread& thread, int64_t within_us, int64_t end_us) {
  std::vector<EventPtr> events;
  for (const Link* link = thread.last.get(); link != nullptr; link = link->before.get()) {
    if (within_us != 0 && link->time_us < end_us - within_us) break;
    events.push_back(*link->event);
  }
  std::reverse(events.begin(), events.end());
  return events;
}

}  // namespace walle::trigger
