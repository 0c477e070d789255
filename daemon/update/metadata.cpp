#include "daemon/update/metadata.h"

namespace walle::update {
namespace {

/// New roots in one go; more than this at once is a server that makes them up.
constexpr int kMostRoots = 64;

Status follow_roots(bundle::Trust& trust, const std::string& folder, Http& http) {
  for (int i = 0; i < kMostRoots; ++i) {
    const auto json = http.get(folder + bundle::root_file(trust.root().version + 1), bundle::kMaxRoleBytes);
    if (!json && json.error().code == ErrorCode::not_found) return {};
    if (!json) return fail(json.error());
    WALLE_TRY(trust.update_root(*json));
  }
  return {};
}

Status refresh_from(bundle::Trust& trust, const std::string& origin, const std::string& scenario, int64_t now_us,
                    Http& http) {
  const std::string folder = origin + "/metadata/";
  WALLE_TRY(follow_roots(trust, folder, http));
  const std::string timestamp = WALLE_TRY(http.get(folder + bundle::timestamp_file(), bundle::kMaxRoleBytes));
  WALLE_TRY(trust.update_timestamp(timestamp, now_us));
  if (const auto file = trust.wanted_snapshot()) {
    const std::string json =
        WALLE_TRY(http.get(folder + bundle::snapshot_file(file->version), static_cast<size_t>(file->size)));
    WALLE_TRY(trust.update_snapshot(json, now_us));
  }
  if (const auto file = trust.wanted_targets(scenario)) {
    const std::string json =
        WALLE_TRY(http.get(folder + bundle::targets_file(scenario, file->version), static_cast<size_t>(file->size)));
    WALLE_TRY(trust.update_targets(scenario, json, now_us));
  }
  return {};
}

}  // namespace

Status refresh(bundle::Trust& trust, const std::vector<std::string>& origins, const std::string& scenario,
               int64_t now_us, Http& http) {
  Status last = fail(ErrorCode::unavailable, "no origin is known for this release");
  for (const std::string& origin : origins) {
    last = refresh_from(trust, origin, scenario, now_us, http);
    if (last || last.error().code == ErrorCode::cancelled) return last;
  }
  return last;
}

Status refresh_roots(bundle::Trust& trust, const std::vector<std::string>& origins, Http& http) {
  Status last = fail(ErrorCode::unavailable, "no origin is known");
  for (const std::string& origin : origins) {
    last = follow_roots(trust, origin + "/metadata/", http);
    if (last) return last;
  }
  return last;
}

}  // namespace walle::update
