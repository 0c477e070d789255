#include "daemon/tasks/version.h"

#include <algorithm>
#include <array>

#include "libwalle/base/parse.h"

namespace walle::daemon {
namespace {
constexpr std::array<std::string_view, 3> kNames{"probation", "good", "failed"};
}

std::string_view name_of(VersionState state) { return kNames[static_cast<size_t>(state)]; }

VersionState version_state_from(std::string_view name) {
  const auto* found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? VersionState::failed : static_cast<VersionState>(found - kNames.begin());
}

Verdict judge(const bundle::Probation& rule, const VersionRow& row, int64_t now_us) {
  const auto counts = [&] {
    return std::to_string(row.failures) + " of " + std::to_string(row.runs) + " runs failed, " +
           std::to_string(rule.failures) + " allowed";
  };
  if (row.failures > rule.failures) return {VersionState::failed, counts()};
  if (row.runs >= rule.runs) return {VersionState::good, counts()};
  if (now_us >= row.until_us)
    return {VersionState::failed, "only " + std::to_string(row.runs) + " of " + std::to_string(rule.runs) +
                                      " runs within " + format_duration(rule.within_us)};
  return {VersionState::probation, ""};
}

}  // namespace walle::daemon
