#include "ipc/wire/ack.h"

#include "ipc/wire/fields.h"

namespace walle::wire {

std::vector<uint8_t> encode_ack(const Ack& ack) {
  return to_cbor({{"format", 1}, {"outcomes", ack.outcomes}, {"features", ack.features}});
}

Result<Ack> decode_ack(std::span<const uint8_t> bytes) {
  const Value map = WALLE_TRY(from_cbor(bytes, {.bytes = kMaxAckBytes, .depth = 3}));
  WALLE_TRY(fields::format(map, 1));
  Ack out;
  out.outcomes = WALLE_TRY(fields::sequence_or(map, "outcomes"));
  out.features = WALLE_TRY(fields::texts(map, "features", kMaxAckedFeatures, 64));
  return out;
}

std::vector<uint8_t> encode_nudge(const Nudge& nudge) {
  return to_cbor({{"format", 1}, {"epoch", nudge.epoch}, {"jitter_us", nudge.jitter_us}});
}

Result<Nudge> decode_nudge(std::span<const uint8_t> bytes) {
  const Value map = WALLE_TRY(from_cbor(bytes, {.bytes = kMaxAckBytes, .depth = 2}));
  WALLE_TRY(fields::format(map, 1));
  Nudge out;
  out.epoch = WALLE_TRY(fields::count_or(map, "epoch"));
  out.jitter_us = WALLE_TRY(fields::count_or(map, "jitter_us"));
  return out;
}

}  // namespace walle::wire
