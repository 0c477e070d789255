#include "streamd/store/store.h"

#include <map>
#include <mutex>

#include "libwalle/base/parse.h"
#include "streamd/db/database.h"

namespace walle::streamd {

std::span<const db::Migration> store_migrations();

namespace {

constexpr size_t kMaxBufferedBytes = 8U << 20;  // a reason to write, beside count and age
constexpr size_t kMaxStuckBytes = 16U << 20;    // kept in memory while the disk refuses; the oldest rows go
constexpr int64_t kTrimChunk = 256;
constexpr int64_t kTrimEvery = 64;

struct BufferedRow {
  int64_t table;
  int64_t time_us;
  std::vector<uint8_t> value;
};

bool matches(const Value& row, const Value& where) {
  for (const auto& [key, want] : where.items()) {
    const auto field = row.find(key);
    if (field == row.end() || *field != want) return false;
  }
  return true;
}

class SqliteStore final : public Store {
 public:
  SqliteStore(db::Database database, const StoreOptions& options, const Clock& clock)
      : database_(std::move(database)), options_(options), clock_(clock) {}

  ~SqliteStore() override { (void)write(db::Sync::full); }

  Status prepare() {
    insert_ = WALLE_TRY(database_.prepare("INSERT INTO rows(table_id, time_us, value) VALUES(?1, ?2, ?3)"));
    db::Statement all = WALLE_TRY(database_.prepare("SELECT id, name FROM tables"));
    while (WALLE_TRY(all.step())) tables_.emplace(std::string(all.text(1)), all.integer(0));
    return {};
  }

  Status append(std::string_view table, const Value& row, Durability durability) override {
    return append_rows(table, {&row, 1}, durability);
  }

  Status append_rows(std::string_view table, std::span<const Value> rows, Durability durability) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::vector<uint8_t>> encoded;
    encoded.reserve(rows.size());
    for (const Value& row : rows) encoded.push_back(WALLE_TRY(encode(row)));
    const int64_t id = WALLE_TRY(table_id(table));
    const size_t before = buffer_.size();
    for (auto& value : encoded) push({id, clock_.wall_us(), std::move(value)});
    if (durability == Durability::memory) {
      if (buffer_.size() >= options_.flush_rows || buffered_bytes_ >= kMaxBufferedBytes) return keep_on_failure();
      return {};
    }
    const Status status = write(durability == Durability::commit ? db::Sync::full : db::Sync::normal);
    if (!status) pop_to(before);  // refused: not taken
    return status;
  }

  Result<std::vector<StoredRow>> query(const StoreQuery& query) override {
    const std::lock_guard lock(mutex_);
    if (!query.where.is_object()) return fail(ErrorCode::invalid_argument, "'where' must be a map of fields");
    const auto table = tables_.find(query.table);
    if (table == tables_.end()) return std::vector<StoredRow>{};
    WALLE_TRY(write(db::Sync::normal));
    db::Statement select = WALLE_TRY(database_.prepare(
        std::string("SELECT number, time_us, value FROM rows WHERE table_id = ?1 AND number > ?2 AND number < ?3 "
                    "AND time_us >= ?4 ORDER BY number ") +
        (query.newest_first ? "DESC" : "ASC")));
    select.bind(1, table->second).bind(2, query.after_number).bind(3, query.before_number).bind(4, query.from_us);
    std::vector<StoredRow> rows;
    size_t bytes = 0;
    while (rows.size() < query.limit && WALLE_TRY(select.step())) {
      const auto encoded = select.bytes(2);
      Value value = WALLE_TRY(from_cbor(encoded));
      if (!matches(value, query.where)) continue;
      if (!rows.empty() && bytes + encoded.size() > query.max_bytes) break;
      bytes += encoded.size();
      rows.push_back({select.integer(0), select.integer(1), std::move(value)});
    }
    return rows;
  }

  Result<std::vector<std::string>> tables() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, id] : tables_) names.push_back(name);
    return names;
  }

  Status drop(std::string_view table) override {
    const std::lock_guard lock(mutex_);
    const auto found = tables_.find(table);
    if (found == tables_.end()) return {};
    WALLE_TRY(write(db::Sync::normal));
    WALLE_TRY(database_.set_sync(db::Sync::full));
    db::Transaction transaction = WALLE_TRY(db::Transaction::begin(database_));
    for (const char* sql : {"DELETE FROM rows WHERE table_id = ?1", "DELETE FROM tables WHERE id = ?1"}) {
      db::Statement erase = WALLE_TRY(database_.prepare(sql));
      WALLE_TRY(erase.bind(1, found->second).run());
    }
    WALLE_TRY(transaction.commit());
    tables_.erase(found);
    return database_.shrink();
  }

  Status flush(Durability durability) override {
    const std::lock_guard lock(mutex_);
    if (durability == Durability::memory) return {};
    return write(durability == Durability::commit ? db::Sync::full : db::Sync::normal, /*even_if_empty=*/true);
  }

  Status advance() override {
    const std::lock_guard lock(mutex_);
    if (buffer_.empty() || clock_.monotonic_us() < oldest_us_ + options_.flush_age_us) return {};
    return keep_on_failure();
  }

  int64_t next_deadline_us() const override {
    const std::lock_guard lock(mutex_);
    return buffer_.empty() ? INT64_MAX : oldest_us_ + options_.flush_age_us;
  }

  Result<StoreStats> stats() override {
    const std::lock_guard lock(mutex_);
    db::Statement count = WALLE_TRY(database_.prepare("SELECT count(*) FROM rows"));
    WALLE_TRY(count.step());
    StoreStats stats{.buffered = static_cast<int64_t>(buffer_.size()),
                     .transactions = transactions_,
                     .dropped = dropped_,
                     .lost = lost_};
    stats.rows = count.integer(0) + stats.buffered;
    stats.bytes = WALLE_TRY(database_.used_bytes());
    return stats;
  }

  std::string notice() const override { return database_.notice(); }

 private:
  Result<std::vector<uint8_t>> encode(const Value& row) const {
    if (!row.is_object())
      return fail(ErrorCode::invalid_argument, "a row must be a map, not " + std::string(row.type_name()));
    std::vector<uint8_t> bytes = to_cbor(row);
    if (bytes.size() <= options_.max_row_bytes) return bytes;
    return fail(ErrorCode::resource_exhausted, "a row of " + format_bytes(static_cast<int64_t>(bytes.size())) +
                                                   " is over the limit of " +
                                                   format_bytes(static_cast<int64_t>(options_.max_row_bytes)));
  }

  Result<int64_t> table_id(std::string_view table) {
    const auto found = tables_.find(table);
    if (found != tables_.end()) return found->second;
    if (!is_name(table)) {
      return fail(ErrorCode::invalid_argument,
                  "table '" + std::string(table.substr(0, 80)) + "' must match [a-z][a-z0-9_-]{0,63}");
    }
    if (tables_.size() >= options_.max_tables) {
      return fail(ErrorCode::resource_exhausted, "there are " + std::to_string(tables_.size()) + " tables already");
    }
    db::Statement insert = WALLE_TRY(database_.prepare("INSERT INTO tables(name) VALUES(?1)"));
    WALLE_TRY(insert.bind(1, table).run());
    const int64_t id = database_.last_row_id();
    tables_.emplace(std::string(table), id);
    return id;
  }

  void push(BufferedRow row) {
    if (buffer_.empty()) oldest_us_ = clock_.monotonic_us();
    buffered_bytes_ += row.value.size();
    buffer_.push_back(std::move(row));
  }

  void pop_to(size_t count) {
    while (buffer_.size() > count) {
      buffered_bytes_ -= buffer_.back().value.size();
      buffer_.pop_back();
    }
  }

  /// Rows under `memory` stay buffered while the disk refuses, the newest kMaxStuckBytes of them.
  Status keep_on_failure() {
    const Status status = write(db::Sync::normal);
    if (status) return status;
    oldest_us_ = clock_.monotonic_us();  // try again after another flush_age
    size_t gone = 0;
    while (buffered_bytes_ > kMaxStuckBytes && gone < buffer_.size()) buffered_bytes_ -= buffer_[gone++].value.size();
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(gone));
    lost_ += static_cast<int64_t>(gone);
    return gone == 0 ? Status{} : status;
  }

  Status write(db::Sync sync, bool even_if_empty = false) {
    if (buffer_.empty() && !even_if_empty) return {};
    WALLE_TRY(database_.set_sync(sync));
    db::Transaction transaction = WALLE_TRY(db::Transaction::begin(database_));
    if (buffer_.empty())
      WALLE_TRY(database_.execute("UPDATE tables SET name = name WHERE id = (SELECT min(id) FROM tables)"));
    for (const BufferedRow& row : buffer_) {
      insert_.reset();
      WALLE_TRY(insert_.bind(1, row.table).bind(2, row.time_us).bind(3, row.value).run());
    }
    WALLE_TRY(transaction.commit());
    untrimmed_bytes_ += static_cast<int64_t>(buffered_bytes_);
    buffer_.clear();
    buffered_bytes_ = 0;
    if (++transactions_ % kTrimEvery == 0 || untrimmed_bytes_ > options_.max_bytes / 16)
      (void)trim();  // the rows are in; a failing trim comes up again
    return {};
  }

  Status trim() {
    untrimmed_bytes_ = 0;
    if (WALLE_TRY(database_.used_bytes()) <= options_.max_bytes) return {};
    db::Statement erase = WALLE_TRY(database_.prepare(
        "DELETE FROM rows WHERE number IN (SELECT number FROM rows WHERE table_id = (SELECT table_id FROM rows "
        "GROUP BY table_id ORDER BY sum(length(value)) DESC LIMIT 1) ORDER BY number LIMIT ?1)"));
    while (WALLE_TRY(database_.used_bytes()) > options_.max_bytes) {
      WALLE_TRY(erase.bind(1, kTrimChunk).run());
      if (database_.changes() == 0) break;
      dropped_ += database_.changes();
    }
    return database_.shrink();
  }

  mutable std::mutex mutex_;
  db::Database database_;
  StoreOptions options_;
  const Clock& clock_;
  db::Statement insert_;
  std::map<std::string, int64_t, std::less<>> tables_;
  std::vector<BufferedRow> buffer_;
  size_t buffered_bytes_ = 0;
  int64_t oldest_us_ = 0, untrimmed_bytes_ = 0;
  int64_t transactions_ = 0, dropped_ = 0, lost_ = 0;
};

}  // namespace

Result<Durability> durability_from(std::string_view name) {
  if (name == "memory") return Durability::memory;
  if (name == "flush") return Durability::flush;
  if (name == "commit") return Durability::commit;
  return fail(ErrorCode::invalid_argument,
              "durability is \"memory\", \"flush\" or \"commit\", not '" + std::string(name) + "'");
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, const Clock& clock) {
  auto database =
      WALLE_TRY(db::Database::open({.path = options.path, .migrations = store_migrations(), .sync = db::Sync::full}));
  auto store = std::make_unique<SqliteStore>(std::move(database), options, clock);
  WALLE_TRY(store->prepare());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace walle::streamd
