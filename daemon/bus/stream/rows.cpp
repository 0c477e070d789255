#include "daemon/bus/stream.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::stream {

Result<dbus::StreamRowsOut> rows(Service& service, const Caller&, dbus::StreamRowsIn in) {
  WALLE_TRY(check_options(in.options, {"limit", "newest_first", "where"}));
  streamd::StoreQuery query{.table = in.table};
  query.limit = static_cast<size_t>(WALLE_TRY(limit_of(in.options)));
  query.newest_first = WALLE_TRY(get_bool_or(in.options, "newest_first", false));
  if (in.options.contains("where")) query.where = *WALLE_TRY(get_map(in.options, "where"));
  dbus::StreamRowsOut out;
  for (streamd::StoredRow& row : WALLE_TRY(service.store.query(query))) out.rows.push_back(std::move(row.value));
  return out;
}

}  // namespace walle::daemon::bus::stream
