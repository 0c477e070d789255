#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::store {

using Row = std::vector<Value>;

/// The number in a cell of a computed column: SQLite gives those without a type, so that they arrive as text.
[[nodiscard]] int64_t count_of(const Value& cell);

/// A connection to SQLite or PostgreSQL through SOCI, with values instead of bound variables. Thread-safe: one caller
/// at a time; a transaction keeps others out.
class Database {
 public:
  /// `sqlite:///absolute/path` or `postgresql://…` (libpq's form). Runs the migrations that are missing.
  /// Errors: invalid_argument for another scheme, failed_precondition if the database is newer than this program,
  /// unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& url);
  ~Database();

  /// Rows of a SELECT. Parameters are written :a, :b, … and given in that order: integers, strings or null-free
  /// booleans. Errors: unavailable; already_exists for a broken uniqueness.
  [[nodiscard]] Result<std::vector<Row>> query(std::string_view sql, const std::vector<Value>& parameters = {});
  /// Number of rows changed.
  [[nodiscard]] Result<int64_t> execute(std::string_view sql, const std::vector<Value>& parameters = {});

  /// Runs `body` in one transaction, committed durably if it succeeds, undone if not. Not nested.
  [[nodiscard]] Status transaction(const std::function<Status()>& body);

  [[nodiscard]] bool is_postgresql() const;
  /// Number of the newest migration that has run.
  [[nodiscard]] Result<int64_t> schema_version();

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  [[nodiscard]] Status migrate();

  std::unique_ptr<State> state_;
};

/// A numbered migration, `NNN_name.sql` of migrations/ (generated).
struct Migration {
  int64_t number;
  std::string_view name;
  std::string_view sql;
};
[[nodiscard]] std::vector<Migration> migrations();

}  // namespace walle::store
