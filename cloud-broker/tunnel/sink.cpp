#include "cloud-broker/tunnel/sink.h"

#include "ipc/wire/feature.h"
#include "libwalle/base/value.h"

namespace walle::tunnel {
namespace {

/// JSON text of a feature's value; what is not CBOR is kept as bytes, the feature is the task's business.
std::string text_of(const wire::Feature& feature) {
  const auto value = from_cbor(feature.value);
  return to_json(value ? *value : Value::binary(feature.value));
}

}  // namespace

Result<std::vector<wire::Ack>> Sink::take(const std::string& device, std::span<const uint8_t> frame) {
  const auto features = WALLE_TRY(wire::decode_features(frame));
  const int64_t now = clock_.wall_us();
  std::vector<store::FeatureRow> rows;
  std::vector<wire::Ack> acks;
  for (const wire::Feature& feature : features) {
    rows.push_back(
        {device, feature.id, feature.task, feature.version, feature.name, feature.time_us, now, text_of(feature)});
    if (acks.empty() || acks.back().features.size() >= wire::kMaxAckedFeatures) acks.emplace_back();
    acks.back().features.push_back(feature.id);
  }
  const int64_t added = WALLE_TRY(store_.add_features(rows));
  stored_ += added;
  repeated_ += static_cast<int64_t>(rows.size()) - added;
  return acks;
}

}  // namespace walle::tunnel
