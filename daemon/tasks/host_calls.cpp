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

Result<Value> HostCalls::serve(const HostCall& call) {
  struct Row {
    std::string_view name;
    Result<Value> (HostCalls::*serve)(const HostCall&);
  };
  static constexpr std::array<Row, 4> kMethods{{{"store.append", &HostCalls::append},
                                                {"store.query", &HostCalls::query},
                                                {"tunnel.send", &HostCalls::send},
                                                {"stream.events", &HostCalls::events}}};
  for (const Row& row : kMethods)
    if (row.name == call.method) return (this->*row.serve)(call);
  return fail(ErrorCode::unsupported, "this walled does not know the call '" + call.method + "'");
}

Result<Value> HostCalls::append(const HostCall& call) {
  const std::string table = WALLE_TRY(get_string(call.arguments, "table"));
  WALLE_TRY(allowed(call.task.manifest.permissions.store, table, "store"));
  const Value* row = WALLE_TRY(get_map(call.arguments, "row"));
  const std::string promise = WALLE_TRY(get_string_or(call.arguments, "durability", "flush"));
  const auto durability = WALLE_TRY(streamd::durability_from(promise));
  WALLE_TRY(store_.append(table, *row, durability));
  return Value();
}

Result<Value> HostCalls::query(const HostCall& call) {
  streamd::StoreQuery query{.table = WALLE_TRY(get_string(call.arguments, "table"))};
  WALLE_TRY(allowed(call.task.manifest.permissions.store, query.table, "store"));
  if (call.arguments.contains("where") && !call.arguments["where"].is_null())
    query.where = *WALLE_TRY(get_map(call.arguments, "where"));
  const int64_t limit = WALLE_TRY(get_int_or(call.arguments, "limit", 100));
  query.limit = static_cast<size_t>(std::clamp<int64_t>(limit, 0, 10'000));
  query.newest_first = WALLE_TRY(get_bool_or(call.arguments, "newest_first", false));
  Value rows = Value::array();
  for (streamd::StoredRow& row : WALLE_TRY(store_.query(query))) rows.push_back(std::move(row.value));
  return rows;
}

Result<Value> HostCalls::send(const HostCall& call) {
  const std::string name = WALLE_TRY(get_string(call.arguments, "name"));
  WALLE_TRY(allowed(call.task.manifest.permissions.tunnel, name, "tunnel"));
  const Value* feature = WALLE_TRY(get_member(call.arguments, "feature"));
  const streamd::NewFeature item{call.task.row.key.task, call.task.row.key.version, name, to_cbor(*feature),
                                 call.feature_id};
  const auto ids = WALLE_TRY(spool_.add(std::span(&item, 1)));
  if (spooled) spooled();
  return Value(ids.front());
}

Result<Value> HostCalls::events(const HostCall& call) {
  streamd::LogQuery query;
  query.page = WALLE_TRY(get_string_or(call.arguments, "page", ""));
  query.id = WALLE_TRY(get_string_or(call.arguments, "id", ""));
  query.from_us = WALLE_TRY(get_int_or(call.arguments, "since_us", INT64_MIN));
  query.limit =
      static_cast<size_t>(std::clamp<int64_t>(WALLE_TRY(get_int_or(call.arguments, "limit", 1000)), 0, 10'000));
  query.newest_first = true;
  auto found = WALLE_TRY(log_.read(query));
  std::reverse(found.begin(), found.end());
  Value events = Value::array();
  for (const streamd::LoggedEvent& event : found) events.push_back(wire::to_value(event.event));
  return events;
}

}  // namespace walle::daemon
