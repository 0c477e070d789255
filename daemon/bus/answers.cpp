#include "daemon/bus/answers.h"

#include <algorithm>
#include <charconv>

#include "ipc/dbus/names.h"

namespace walle::daemon::bus {

Value describe(const Installed& installed) {
  const VersionRow& row = installed.row;
  return {{"task", row.key.task},
          {"version", row.key.version},
          {"counter", row.key.counter},
          {"previous", installed.previous ? installed.previous->version : ""},
          {"state", name_of(row.state)},
          {"reason", row.reason},
          {"runs", row.runs},
          {"failures", row.failures},
          {"until_us", row.state == VersionState::probation ? row.until_us : 0},
          {"on", installed.manifest.on},
          {"source", row.source}};
}

Result<int64_t> limit_of(const Value& options) {
  const int64_t limit = WALLE_TRY(get_int_or(options, "limit", 100));
  if (limit < 1 || limit > 10'000) return fail(ErrorCode::invalid_argument, "limit has to be from 1 to 10000");
  return limit;
}

Status check_options(const Value& options, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : options.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
    return fail(ErrorCode::invalid_argument,
                "unknown option '" + key + "'; there is " + (names.empty() ? "none" : names));
  }
  return {};
}

Owner owner_of(const Caller& caller) { return {.connection = caller.name, .uid = caller.uid, .admin = caller.admin}; }

Result<int64_t> session_of(const Caller& caller) {
  const std::string_view path = caller.path;
  const std::string_view prefix = dbus::kSessionPath;
  int64_t id = 0;
  const auto number = path.size() > prefix.size() ? path.substr(prefix.size() + 1) : std::string_view();
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), id);
  if (error != std::errc() || end != number.data() + number.size())
    return fail(ErrorCode::not_found, "no such session");
  return id;
}

}  // namespace walle::daemon::bus
