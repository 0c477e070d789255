#include "daemon/tasks/host_calls.h"

#include <algorithm>
#include <array>

namespace walle::daemon {
namespace {

Status allowed(const std::vector<std::string>& names, const std::string& name, const char* key) {
  if (std::find(names.begin(), names.end(), name) != names.end()) return {};
  return fail(ErrorCode::permission_denied,
              "the task may not use '" + name + "'; add it to " + key + " of [permissions] in task.toml");
}

}  // namespace

Result<Value> HostCalls::serve(const Installed& task, const std::string& method, const Value& arguments,
                               const std::string& feature_id) {
  struct Row {
    std::string_view name;
    Result<Value> (HostCalls::*call)(const Installed&, const Value&, const std::string&);
  };
  static constexpr std::array<Row, 4> kMethods{{{"store.append", &HostCalls::append},
                                                {"store.query", &HostCalls::query},
                                                {"tunnel.send", &HostCalls::send},
                                                {"stream.events", &HostCalls::events}}};
  for (const Row& row : kMethods)
    if (row.name == method) return (this->*row.call)(task, arguments, feature_id);
  return fail(ErrorCode::unsupported, "this walled does not know the call '" + method + "'");
}

Result<Value> HostCalls::append(const Installed& task, const Value& arguments, const std::string&) {
  const std::string table = WALLE_TRY(get_string(arguments, "table"));
  WALLE_TRY(allowed(task.manifest.permissions.store, table, "store"));
  const Value* row = WALLE_TRY(get_map(arguments, "row"));
  const std::string promise = WALLE_TRY(get_string_or(arguments, "durability", "flush"));
  const auto durability = WALLE_TRY(streamd::durability_from(promise));
  WALLE_TRY(store_.append(table, *row, durability));
  return Value();
}

Result<Value> HostCalls::query(const Installed& task, const Value& arguments, const std::string&) {
  streamd::StoreQuery query{.table = WALLE_TRY(get_string(arguments, "table"))};
  WALLE_TRY(allowed(task.manifest.permissions.store, query.table, "store"));
  if (arguments.contains("where") && !arguments["where"].is_null())
    query.where = *WALLE_TRY(get_map(arguments, "where"));
  const int64_t limit = WALLE_TRY(get_int_or(arguments, "limit", 100));
  query.limit = static_cast<size_t>(std::clamp<int64_t>(limit, 0, 10'000));
  query.newest_first = WALLE_TRY(get_bool_or(arguments, "newest_first", false));
  Value rows = Value::array();
  for (streamd::StoredRow& row : WALLE_TRY(store_.query(query))) rows.push_back(std::move(row.value));
  return rows;
}

Result<Value> HostCalls::send(const Installed& task, const Value& arguments, const std::string& feature_id) {
  const std::string name = WALLE_TRY(get_string(arguments, "name"));
  WALLE_TRY(allowed(task.manifest.permissions.tunnel, name, "tunnel"));
  const Value* feature = WALLE_TRY(get_member(arguments, "feature"));
  const streamd::NewFeature item{task.row.key.task, task.row.key.version, name, to_cbor(*feature), feature_id};
  const auto ids = WALLE_TRY(spool_.add(std::span(&item, 1)));
  if (spooled) spooled();
  return Value(ids.front());
}

Result<Value> HostCalls::events(const Installed&, const Value& arguments, const std::string&) {
  streamd::LogQuery query;
  query.page = WALLE_TRY(get_string_or(arguments, "page", ""));
  query.id = WALLE_TRY(get_string_or(arguments, "id", ""));
  query.from_us = WALLE_TRY(get_int_or(arguments, "since_us", INT64_MIN));
  query.limit = static_cast<size_t>(std::clamp<int64_t>(WALLE_TRY(get_int_or(arguments, "limit", 1000)), 0, 10'000));
  query.newest_first = true;
  auto found = WALLE_TRY(log_.read(query));
  std::reverse(found.begin(), found.end());
  Value events = Value::array();
  for (const streamd::LoggedEvent& event : found) events.push_back(wire::to_value(event.event));
  return events;
}

}  // namespace walle::daemon
