#include <cstdlib>

#include "ipc/wire/ack.h"
#include "ipc/wire/enrol.h"
#include "ipc/wire/offer.h"
#include "ipc/wire/report.h"
#include "ipc/wire/topics.h"

/// What comes over MQTT and at enrolment: the first byte chooses the message. Never a crash; what was accepted survives
/// a round trip.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  if (size == 0) return 0;
  const std::span<const uint8_t> bytes(data + 1, size - 1);
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 6) {
    case 0: {
      const auto report = wire::decode_report(bytes);
      if (report && !wire::decode_report(wire::encode_report(*report))) std::abort();
      break;
    }
    case 1: {
      const auto value = parse_json(text);
      const auto offer = value ? wire::offer_from_value(*value) : fail(value.error());
      if (offer && !wire::offer_from_value(wire::to_value(*offer))) std::abort();
      break;
    }
    case 2: {
      const auto ack = wire::decode_ack(bytes);
      if (ack && !wire::decode_ack(wire::encode_ack(*ack))) std::abort();
      (void)wire::decode_nudge(bytes);
      break;
    }
    case 3:
      (void)wire::decode_enrol_request(text);
      break;
    case 4:
      (void)wire::decode_enrol_response(text);
      break;
    default: {
      const auto topic = wire::parse_topic(text);
      if (topic && wire::topic_of(topic->device, topic->kind) != text) std::abort();
    }
  }
  return 0;
}
