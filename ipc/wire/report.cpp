#include "ipc/wire/report.h"

#include <algorithm>

#include "ipc/wire/fields.h"
#include "ipc/wire/topics.h"

namespace walle::wire {
namespace {

Value to_value(const Outcome& o) {
  return {{"seq", o.seq},           {"task", o.task},     {"version", o.version}, {"counter", o.counter},
          {"result", o.result},     {"reason", o.reason}, {"time_us", o.time_us}, {"runs", o.runs},
          {"failures", o.failures}, {"bytes", o.bytes}};
}

Result<Outcome> outcome_from_value(const Value& value) {
  Outcome out;
  out.seq = WALLE_TRY(fields::sequence_or(value, "seq"));
  out.task = WALLE_TRY(fields::text(value, "task", 64));
  out.version = WALLE_TRY(fields::text_or(value, "version", 64));
  out.counter = WALLE_TRY(fields::count_or(value, "counter"));
  out.result = WALLE_TRY(fields::text(value, "result", 32));
  out.reason = WALLE_TRY(fields::text_or(value, "reason", 1024));
  out.time_us = WALLE_TRY(get_int_or(value, "time_us", 0));
  out.runs = WALLE_TRY(fields::count_or(value, "runs"));
  out.failures = WALLE_TRY(fields::count_or(value, "failures"));
  out.bytes = WALLE_TRY(fields::count_or(value, "bytes"));
  return out;
}

Result<ProfileDigest> digest_from_value(const Value& map) {
  const Value* member = WALLE_TRY(get_member(map, "digest"));
  ProfileDigest out{};
  if (!member->is_binary() || member->get_binary().size() != out.size()) {
    return fail(ErrorCode::invalid_argument, "'digest' must be 16 bytes");
  }
  std::copy(member->get_binary().begin(), member->get_binary().end(), out.begin());
  return out;
}

}  // namespace

std::vector<uint8_t> encode_report(const Report& report) {
  Value out = {{"format", 1},           {"device", report.device},
               {"boot", report.boot},   {"seq", report.seq},
               {"epoch", report.epoch}, {"digest", Value::binary({report.digest.begin(), report.digest.end()})}};
  if (!report.nonce.empty()) out["nonce"] = report.nonce;
  if (report.profile) out["profile"] = to_value(*report.profile);
  for (const Outcome& outcome : report.outcomes) out["outcomes"].push_back(to_value(outcome));
  return to_cbor(out);
}

Result<Report> decode_report(std::span<const uint8_t> bytes) {
  const Value map = WALLE_TRY(from_cbor(bytes, {.bytes = kMaxReportBytes, .depth = 6}));
  WALLE_TRY(fields::format(map, 1));
  Report out;
  out.device = WALLE_TRY(fields::text(map, "device", 64));
  if (!is_device_id(out.device)) return fail(ErrorCode::invalid_argument, "'device' is not a device's name");
  out.boot = WALLE_TRY(fields::text_or(map, "boot", 64));
  out.seq = WALLE_TRY(fields::sequence_or(map, "seq"));
  out.nonce = WALLE_TRY(fields::text_or(map, "nonce", 64));
  out.epoch = WALLE_TRY(fields::count_or(map, "epoch"));
  out.digest = WALLE_TRY(digest_from_value(map));
  if (map.contains("profile") && !map["profile"].is_null()) {
    out.profile = WALLE_TRY(profile_from_value(map["profile"]));
  }
  const Value* outcomes = WALLE_TRY(fields::list(map, "outcomes", kMaxOutcomes));
  if (outcomes != nullptr) {
    for (const Value& item : *outcomes) out.outcomes.push_back(WALLE_TRY(outcome_from_value(item)));
  }
  return out;
}

}  // namespace walle::wire
