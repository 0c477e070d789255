#include "streamd/db/database.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "libwalle/base/file.h"

namespace walle::db {
namespace {

constexpr int kBusyTimeoutMs = 5000;

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return ErrorCode::resource_exhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::data_loss;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorCode::permission_denied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::internal;
  }
}

Error error_of(sqlite3* handle, std::string_view what) {
  const int result = handle == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(handle);
  std::string text = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  const char* file = handle == nullptr ? nullptr : sqlite3_db_filename(handle, "main");
  if ((result & 0xff) == SQLITE_FULL && file != nullptr)
    text = "the disk is full; free some space where '" + std::string(file) + "' lies, then try again";
  return {code_of(result), std::string(what) + ": " + text};
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Moves the file and its companions out of the way; returns the new name.
Result<std::string> quarantine(const std::string& path) {
  for (int n = 1; n < 1000; ++n) {
    const std::string target = path + ".corrupt-" + std::to_string(n);
    struct stat info {};
    if (::lstat(target.c_str(), &info) == 0) continue;
    if (::rename(path.c_str(), target.c_str()) != 0) return fail(system_error("cannot set aside", path));
    (void)::rename((path + "-wal").c_str(), (target + "-wal").c_str());
    (void)::unlink((path + "-shm").c_str());
    WALLE_TRY(sync_folder(folder_of(path)));
    return target;
  }
  return fail(ErrorCode::resource_exhausted, "too many files '" + path + ".corrupt-*'; remove some");
}

}  // namespace

Statement::Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int at, int64_t value) {
  sqlite3_bind_int64(statement_, at, value);
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  sqlite3_bind_text64(statement_, at, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int at, std::span<const uint8_t> bytes) {
  if (bytes.empty()) {
    sqlite3_bind_zeroblob(statement_, at, 0);
  } else {
    sqlite3_bind_blob64(statement_, at, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  }
  return *this;
}

Statement& Statement::bind_null(int at) {
  sqlite3_bind_null(statement_, at);
  return *this;
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  Error error = error_of(sqlite3_db_handle(statement_), "database");
  sqlite3_reset(statement_);
  return fail(std::move(error));
}

Status Statement::run() {
  while (WALLE_TRY(step())) {
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data == nullptr ? std::string_view{}
                         : std::string_view(data, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

std::span<const uint8_t> Statement::bytes(int column) const {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, data == nullptr ? 0 : static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<Database> Database::open(const OpenOptions& options) {
  WALLE_TRY(make_folders(folder_of(options.path), 0700));
  auto database = open_once(options);
  if (database || database.error().code != ErrorCode::data_loss) return database;
  const std::string cause = database.error().message;
  const std::string moved = WALLE_TRY(quarantine(options.path));
  Database fresh = WALLE_TRY(open_once(options));
  fresh.notice_ = "'" + options.path + "' was damaged (" + cause + "); it was kept as '" + moved +
                  "' and a fresh one was made; what it held is not available";
  return fresh;
}

Result<Database> Database::open_once(const OpenOptions& options) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(options.path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (result != SQLITE_OK) return fail(database.error("cannot open '" + options.path + "'"));
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  WALLE_TRY(
      database.execute("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;"
                       "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"));
  database.sync_ = Sync::normal;
  WALLE_TRY(database.execute("PRAGMA synchronous=NORMAL"));
  WALLE_TRY(database.set_sync(options.sync));
  {
    Statement check = WALLE_TRY(database.prepare("PRAGMA quick_check(1)"));
    if (WALLE_TRY(check.step()) && check.text(0) != "ok") {
      return fail(ErrorCode::data_loss, "integrity check: " + std::string(check.text(0)));
    }
  }
  WALLE_TRY(database.migrate(options.migrations));
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), sync_(other.sync_), notice_(std::move(other.notice_)) {}

Database& Database::operator=(Database&& other) noexcept {
  if (this != &other) {
    sqlite3_close_v2(handle_);
    handle_ = std::exchange(other.handle_, nullptr);
    sync_ = other.sync_;
    notice_ = std::move(other.notice_);
  }
  return *this;
}

Database::~Database() { sqlite3_close_v2(handle_); }

Status Database::migrate(std::span<const Migration> migrations) {
  int64_t have = 0;
  {
    Statement version = WALLE_TRY(prepare("PRAGMA user_version"));
    if (WALLE_TRY(version.step())) have = version.integer(0);
  }
  const int64_t last = migrations.empty() ? 0 : migrations.back().number;
  if (have > last) {
    return fail(ErrorCode::failed_precondition, "database has schema " + std::to_string(have) + ", this build knows " +
                                                    std::to_string(last) + "; install the newer Walle again");
  }
  for (const Migration& step : migrations) {
    if (step.number <= have) continue;
    Transaction transaction = WALLE_TRY(Transaction::begin(*this));
    WALLE_TRY(execute(std::string(step.sql)));
    WALLE_TRY(execute("PRAGMA user_version=" + std::to_string(step.number)));
    WALLE_TRY(transaction.commit());
  }
  return {};
}

Error Database::error(std::string_view what) const { return error_of(handle_, what); }

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
    return fail(error("database"));
  }
  return Statement(statement);
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return fail(error("database"));
  return {};
}

Status Database::begin() { return execute("BEGIN IMMEDIATE"); }
Status Database::commit() { return execute("COMMIT"); }

void Database::rollback() {
  if (handle_ != nullptr && sqlite3_get_autocommit(handle_) == 0) (void)execute("ROLLBACK");
}

Status Database::set_sync(Sync sync) {
  if (sync == sync_) return {};
  WALLE_TRY(execute(sync == Sync::full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
  sync_ = sync;
  return {};
}

int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(handle_); }
int64_t Database::changes() const { return sqlite3_changes64(handle_); }

Result<int64_t> Database::used_bytes() {
  Statement query =
      WALLE_TRY(prepare("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
                        "pragma_freelist_count, pragma_page_size"));
  WALLE_TRY(query.step());
  return query.integer(0);
}

Status Database::shrink() { return execute("PRAGMA incremental_vacuum"); }

Result<Transaction> Transaction::begin(Database& database) {
  WALLE_TRY(database.begin());
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->rollback();
}

Status Transaction::commit() {
  WALLE_TRY(database_->commit());
  database_ = nullptr;
  return {};
}

}  // namespace walle::db
