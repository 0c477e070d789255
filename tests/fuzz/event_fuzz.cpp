#include <cstdlib>

#include "ipc/wire/event.h"

/// Event files and encoded events: never a crash; what was accepted survives a round trip.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto events = wire::events_from_json(text, "/nonexistent")) {
    for (const auto& event : *events) {
      if (!wire::event_from_value(wire::to_value(event))) std::abort();
    }
  }
  if (const auto value = from_cbor({data, size})) {
    if (const auto event = wire::event_from_value(*value)) {
      if (!wire::event_from_value(wire::to_value(*event))) std::abort();
    }
  }
  return 0;
}
