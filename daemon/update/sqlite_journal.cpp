#include <sqlite3.h>

#include <cstdio>

#include "daemon/update/journal.h"

namespace walle::update {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS tasks(task TEXT PRIMARY KEY, state TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
    // AUTOINCREMENT: a sequence number is never used twice, also when the outbox was emptied in between.
    "CREATE TABLE IF NOT EXISTS outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS facts(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;";

Error sql_error(sqlite3* db, std::string_view what) {
  const int code = sqlite3_errcode(db);
  const bool full = code == SQLITE_FULL;
  return {full ? ErrorCode::resource_exhausted : ErrorCode::unavailable,
          "update journal: " + std::string(what) + ": " + sqlite3_errmsg(db)};
}

/// A prepared statement of one use.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    if (sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) != SQLITE_OK) statement_ = nullptr;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int at, const std::string& text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement& bind(int at, int64_t number) {
    sqlite3_bind_int64(statement_, at, number);
    return *this;
  }
  /// True: a row; false: done.
  Result<bool> step() {
    const int code = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return fail(sql_error(db_, "cannot read or write"));
  }
  [[nodiscard]] std::string text(int column) const {
    const auto* data = sqlite3_column_text(statement_, column);
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(data), size);
  }
  [[nodiscard]] int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

Value outcome_value(const wire::Outcome& o) {
  return {{"task", o.task},     {"version", o.version},   {"counter", o.counter},
          {"result", o.result}, {"reason", o.reason},     {"time_us", o.time_us},
          {"runs", o.runs},     {"failures", o.failures}, {"bytes", o.bytes}};
}

Result<wire::Outcome> outcome_from(uint64_t seq, const std::string& text) {
  const Value value = WALLE_TRY(parse_json(text));
  wire::Outcome out{.seq = seq};
  out.task = WALLE_TRY(get_string(value, "task"));
  out.version = WALLE_TRY(get_string(value, "version"));
  out.counter = WALLE_TRY(get_int(value, "counter"));
  out.result = WALLE_TRY(get_string(value, "result"));
  out.reason = WALLE_TRY(get_string(value, "reason"));
  out.time_us = WALLE_TRY(get_int(value, "time_us"));
  out.runs = WALLE_TRY(get_int(value, "runs"));
  out.failures = WALLE_TRY(get_int(value, "failures"));
  out.bytes = WALLE_TRY(get_int(value, "bytes"));
  return out;
}

class SqliteJournal final : public Journal {
 public:
  explicit SqliteJournal(sqlite3* db) : db_(db) {}
  ~SqliteJournal() override { sqlite3_close(db_); }

  Result<std::vector<TaskRow>> rows() override {
    std::vector<TaskRow> out;
    Statement statement(db_, "SELECT body FROM tasks ORDER BY task");
    while (WALLE_TRY(statement.step())) {
      const Value value = WALLE_TRY(parse_json(statement.text(0)));
      out.push_back(WALLE_TRY(row_from_value(value)));
    }
    return out;
  }

  Status save(const TaskRow& row, const std::optional<wire::Outcome>& outcome) override {
    WALLE_TRY(run("BEGIN IMMEDIATE"));
    Status status = write(row, outcome);
    if (status) status = run("COMMIT");
    if (!status) (void)run("ROLLBACK");
    return status;
  }

  Status forget(const std::string& task) override {
    Statement statement(db_, "DELETE FROM tasks WHERE task = ?");
    WALLE_TRY(statement.bind(1, task).step());
    return {};
  }

  Result<std::vector<wire::Outcome>> outcomes(size_t limit) override {
    std::vector<wire::Outcome> out;
    Statement statement(db_, "SELECT seq, body FROM outbox ORDER BY seq LIMIT ?");
    statement.bind(1, static_cast<int64_t>(limit));
    while (WALLE_TRY(statement.step())) {
      out.push_back(WALLE_TRY(outcome_from(static_cast<uint64_t>(statement.number(0)), statement.text(1))));
    }
    return out;
  }

  Status acknowledge(uint64_t seq) override {
    Statement statement(db_, "DELETE FROM outbox WHERE seq <= ?");
    WALLE_TRY(statement.bind(1, static_cast<int64_t>(seq)).step());
    return {};
  }

  Result<std::string> get(const std::string& key) override {
    Statement statement(db_, "SELECT value FROM facts WHERE key = ?");
    return WALLE_TRY(statement.bind(1, key).step()) ? statement.text(0) : std::string();
  }

  Status set(const std::string& key, const std::string& value) override {
    Statement statement(db_, "INSERT OR REPLACE INTO facts(key, value) VALUES(?, ?)");
    WALLE_TRY(statement.bind(1, key).bind(2, value).step());
    return {};
  }

  Status run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return fail(sql_error(db_, sql));
  }

 private:
  Status write(const TaskRow& row, const std::optional<wire::Outcome>& outcome) {
    Statement statement(db_, "INSERT OR REPLACE INTO tasks(task, state, body) VALUES(?, ?, ?)");
    statement.bind(1, row.task).bind(2, std::string(name_of(row.state))).bind(3, to_json(to_value(row)));
    WALLE_TRY(statement.step());
    if (!outcome) return {};
    Statement insert(db_, "INSERT INTO outbox(body) VALUES(?)");
    WALLE_TRY(insert.bind(1, to_json(outcome_value(*outcome))).step());
    return {};
  }

  sqlite3* db_;
};

Result<std::unique_ptr<Journal>> open_once(const std::string& path) {
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto journal = std::make_unique<SqliteJournal>(db);
  if (code != SQLITE_OK) return fail(sql_error(db, "cannot open '" + path + "'"));
  sqlite3_busy_timeout(db, 5000);
  for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=-256", kSchema}) {
    WALLE_TRY(journal->run(sql));
  }
  WALLE_TRY(journal->rows());
  return std::unique_ptr<Journal>(std::move(journal));
}

}  // namespace

Result<std::unique_ptr<Journal>> open_sqlite_journal(const std::string& path) {
  auto journal = open_once(path);
  if (journal || journal.error().code == ErrorCode::resource_exhausted) return journal;
  // Not a database, or rows of something else: aside with it, once.
  if (std::rename(path.c_str(), (path + ".corrupt").c_str()) != 0) return journal;
  std::remove((path + "-wal").c_str());
  std::remove((path + "-shm").c_str());
  return open_once(path);
}

}  // namespace walle::update
