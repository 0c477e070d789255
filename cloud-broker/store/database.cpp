#include "cloud-broker/store/database.h"

#include <cstdlib>
#include <deque>
#include <mutex>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

namespace walle::store {

struct Database::State {
  soci::session session;
  std::recursive_mutex mutex;
  bool postgresql = false;
};

namespace {

tl::unexpected<Error> database_error(const std::exception& error) {
  const std::string text = error.what();
  const bool unique = text.find("UNIQUE") != std::string::npos || text.find("duplicate key") != std::string::npos;
  return fail(unique ? ErrorCode::already_exists : ErrorCode::unavailable, "database: " + text);
}

/// Keeps bound values alive for as long as the statement.
struct Bound {
  std::deque<long long> integers;
  std::deque<std::string> texts;
};

void bind(soci::statement& statement, Bound& bound, const std::vector<Value>& parameters) {
  for (const Value& value : parameters) {
    if (value.is_boolean()) {
      bound.integers.push_back(value.get<bool>() ? 1 : 0);
      statement.exchange(soci::use(bound.integers.back()));
    } else if (value.is_number_integer()) {
      bound.integers.push_back(value.get<long long>());
      statement.exchange(soci::use(bound.integers.back()));
    } else {
      bound.texts.push_back(value.is_string() ? value.get<std::string>() : to_json(value));
      statement.exchange(soci::use(bound.texts.back()));
    }
  }
}

Value cell(const soci::row& row, size_t i) {
  if (row.get_indicator(i) == soci::i_null) return nullptr;
  switch (row.get_properties(i).get_data_type()) {
    case soci::dt_string:
      return row.get<std::string>(i);
    case soci::dt_double:
      return row.get<double>(i);
    case soci::dt_integer:
      return static_cast<int64_t>(row.get<int>(i));
    case soci::dt_long_long:
      return static_cast<int64_t>(row.get<long long>(i));
    case soci::dt_unsigned_long_long:
      return static_cast<int64_t>(row.get<unsigned long long>(i));
    default:
      return nullptr;
  }
}

Result<std::string> sqlite_path(std::string_view url) {
  std::string_view path = url.substr(std::string_view("sqlite://").size());
  if (path.empty() || path.find('"') != std::string_view::npos)
    return fail(ErrorCode::invalid_argument,
                "database URL has no path: write sqlite:///var/lib/walle-broker/broker.db");
  return std::string(path);
}

}  // namespace

int64_t count_of(const Value& cell) {
  if (cell.is_number_integer()) return cell.get<int64_t>();
  return cell.is_string() ? std::strtoll(cell.get_ref<const std::string&>().c_str(), nullptr, 10) : 0;
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::~Database() = default;
bool Database::is_postgresql() const { return state_->postgresql; }

Result<std::unique_ptr<Database>> Database::open(const std::string& url) {
  auto state = std::make_unique<State>();
  try {
    if (url.starts_with("sqlite://")) {
      const std::string path = WALLE_TRY(sqlite_path(url));
      state->session.open(soci::sqlite3, "db=\"" + path + "\" timeout=10");
      state->session << "PRAGMA journal_mode=WAL";
      state->session << "PRAGMA synchronous=FULL";
    } else if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
      state->postgresql = true;
      state->session.open(soci::postgresql, url);
    } else {
      return fail(ErrorCode::invalid_argument, "database URL has to begin with sqlite:// or postgresql://");
    }
  } catch (const std::exception& error) {
    return database_error(error);
  }
  std::unique_ptr<Database> database(new Database(std::move(state)));
  WALLE_TRY(database->migrate());
  return database;
}

Result<std::vector<Row>> Database::query(std::string_view sql, const std::vector<Value>& parameters) {
  const std::lock_guard lock(state_->mutex);
  try {
    soci::statement statement(state_->session);
    soci::row row;
    Bound bound;
    statement.exchange(soci::into(row));
    bind(statement, bound, parameters);
    statement.alloc();
    statement.prepare(std::string(sql));
    statement.define_and_bind();
    std::vector<Row> rows;
    for (bool more = statement.execute(true); more; more = statement.fetch()) {
      Row& out = rows.emplace_back();
      for (size_t i = 0; i < row.size(); ++i) out.push_back(cell(row, i));
    }
    return rows;
  } catch (const std::exception& error) {
    return database_error(error);
  }
}

Result<int64_t> Database::execute(std::string_view sql, const std::vector<Value>& parameters) {
  const std::lock_guard lock(state_->mutex);
  try {
    soci::statement statement(state_->session);
    Bound bound;
    bind(statement, bound, parameters);
    statement.alloc();
    statement.prepare(std::string(sql));
    statement.define_and_bind();
    statement.execute(true);
    return static_cast<int64_t>(statement.get_affected_rows());
  } catch (const std::exception& error) {
    return database_error(error);
  }
}

Status Database::transaction(const std::function<Status()>& body) {
  const std::lock_guard lock(state_->mutex);
  WALLE_TRY(execute(state_->postgresql ? "BEGIN" : "BEGIN IMMEDIATE"));
  Status status = body();
  if (status) {
    const auto committed = execute("COMMIT");
    if (committed) return {};
    status = fail(committed.error());
  }
  const auto undone = execute("ROLLBACK");
  if (!undone) return fail(status.error().with(undone.error().message));
  return status;
}

Result<int64_t> Database::schema_version() {
  const auto rows = WALLE_TRY(query("SELECT number FROM schema_migrations ORDER BY number DESC LIMIT 1"));
  return rows.empty() ? 0 : rows.front().front().get<int64_t>();
}

Status Database::migrate() {
  WALLE_TRY(execute("CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)"));
  const int64_t have = WALLE_TRY(schema_version());
  const std::vector<Migration> all = migrations();
  if (!all.empty() && have > all.back().number)
    return fail(ErrorCode::failed_precondition,
                "the database is of a newer walle-broker (schema " + std::to_string(have) + "); upgrade this program");
  for (const Migration& migration : all) {
    if (migration.number <= have) continue;
    const Status done = transaction([&]() -> Status {
      // A statement ends with a semicolon at the end of a line.
      std::string_view rest = migration.sql;
      for (size_t end = rest.find(";\n"); end != std::string_view::npos; end = rest.find(";\n")) {
        WALLE_TRY(execute(rest.substr(0, end)));
        rest.remove_prefix(end + 2);
      }
      WALLE_TRY(
          execute("INSERT INTO schema_migrations VALUES (:a, :b)", {migration.number, std::string(migration.name)}));
      return {};
    });
    if (!done) return fail(done.error());
  }
  return {};
}

}  // namespace walle::store
