#include <cstdlib>
#include <memory>

#include "streamd/trigger/matcher.h"

/// Conditions: never a crash; what parses can be added, fed and removed, and leaves nothing behind.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!trigger::parse_condition(text)) return 0;
  trigger::Matcher matcher;
  if (!matcher.add("task", text, 0)) std::abort();
  int64_t time_us = 0;
  for (const char* id : {"enter", "a", "b", "a", "c", "b", "exit"}) {
    (void)matcher.on_event(std::make_shared<wire::Event>(wire::Event{id, "p", ++time_us, {}}));
  }
  (void)matcher.advance(matcher.next_deadline_us() == INT64_MAX ? time_us : matcher.next_deadline_us());
  if (!matcher.remove("task", text)) std::abort();
  if (matcher.stats().nodes != 0 || matcher.stats().pending != 0) std::abort();
  return 0;
}
