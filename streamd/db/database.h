#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace walle::db {

/// One numbered step of a schema, from sql/NNNN_name.sql (cmake/walle_migrations.cmake embeds them).
struct Migration {
  int number;
  std::string_view sql;
};

/// A prepared statement; bind from 1, columns from 0. Not thread-safe. Views stay valid until the next step or reset.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int at, int64_t value);
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, std::span<const uint8_t> bytes);
  Statement& bind_null(int at);
  /// True: a row is there; false: done. Errors: see Database.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end and resets.
  [[nodiscard]] Status run();
  /// Forgets the bindings, ready for the next use.
  void reset();

  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::span<const uint8_t> bytes(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// What a commit promises. `normal` survives the end of the process at any instruction; `full` power loss, too.
enum class Sync : uint8_t { normal, full };

struct OpenOptions {
  std::string path;  ///< its folder is made if absent; files PATH-wal and PATH-shm appear beside it
  std::span<const Migration> migrations;
  Sync sync = Sync::full;
};

/// One SQLite connection in WAL mode with incremental vacuum. One thread at a time.
/// Errors of all members: resource_exhausted (disk full), unavailable (I/O, locked), data_loss (corrupt), internal.
class Database {
 public:
  /// Opens or makes the file and brings its schema up to date. A file that is not a healthy database is moved to
  /// PATH.corrupt-<n> and a fresh one made; `notice()` then says so. Errors: failed_precondition if the file was
  /// written by a newer Walle (its schema number is higher than the last migration).
  [[nodiscard]] static Result<Database> open(const OpenOptions& options);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] Status execute(const std::string& sql);
  [[nodiscard]] Status begin();
  [[nodiscard]] Status commit();
  void rollback();
  [[nodiscard]] Status set_sync(Sync sync);
  [[nodiscard]] int64_t last_row_id() const;
  [[nodiscard]] int64_t changes() const;
  /// Bytes of pages in use (without free pages and the WAL).
  [[nodiscard]] Result<int64_t> used_bytes();
  /// Gives free pages back to the file system.
  [[nodiscard]] Status shrink();
  /// Empty, or what was quarantined and why; for the journal.
  [[nodiscard]] const std::string& notice() const { return notice_; }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  [[nodiscard]] static Result<Database> open_once(const OpenOptions& options);
  [[nodiscard]] Status migrate(std::span<const Migration> migrations);
  [[nodiscard]] Error error(std::string_view what) const;

  sqlite3* handle_ = nullptr;
  Sync sync_ = Sync::full;
  std::string notice_;
};

/// A transaction that rolls back at the end of its life unless committed.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  ~Transaction();
  [[nodiscard]] Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace walle::db
