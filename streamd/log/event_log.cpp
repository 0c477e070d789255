#include "streamd/log/event_log.h"

#include <mutex>

#include "libwalle/base/parse.h"
#include "streamd/db/database.h"

namespace walle::streamd {

std::span<const db::Migration> log_migrations();

namespace {

constexpr size_t kMaxUidBytes = 128;
constexpr int kTrimEvery = 64;       // appends between two looks at the limits
constexpr int64_t kTrimChunk = 256;  // events dropped at a time while over the byte limit

class SqliteLog final : public EventLog {
 public:
  SqliteLog(db::Database database, const LogOptions& options, const Clock& clock)
      : database_(std::move(database)), options_(options), clock_(clock) {}

  Status prepare() {
    insert_ =
        WALLE_TRY(database_.prepare("INSERT INTO events(uid, time_us, page, id, contents) VALUES(?1, ?2, ?3, ?4, ?5) "
                                    "ON CONFLICT(uid) WHERE uid IS NOT NULL DO NOTHING"));
    find_ = WALLE_TRY(database_.prepare("SELECT number FROM events WHERE uid = ?1"));
    return {};
  }

  Result<std::vector<Accepted>> append(std::span<NewEvent> batch) override {
    const std::lock_guard lock(mutex_);
    WALLE_TRY(check(batch));
    auto accepted = store(batch);
    if (!accepted) return accepted;
    for (const Accepted& one : *accepted) ++(one.duplicate ? duplicates_ : appended_);
    if (++appends_ % kTrimEvery == 0 || untrimmed_bytes_ > options_.max_bytes / 16)
      (void)trim_locked();  // the events are in; a failing trim comes up again
    return accepted;
  }

  Result<std::vector<LoggedEvent>> read(const LogQuery& query) override {
    const std::lock_guard lock(mutex_);
    db::Statement select = WALLE_TRY(select_for(query));
    std::vector<LoggedEvent> events;
    size_t bytes = 0;
    while (events.size() < query.limit && WALLE_TRY(select.step())) {
      const auto contents = select.bytes(5);
      if (!events.empty() && bytes + contents.size() > query.max_bytes) break;
      bytes += contents.size();
      LoggedEvent one{select.integer(0),
                      std::string(select.text(1)),
                      {std::string(select.text(4)), std::string(select.text(3)), select.integer(2), {}}};
      one.event.contents = WALLE_TRY(from_cbor(contents, {.bytes = 2 * wire::kMaxEventBytes}));
      events.push_back(std::move(one));
    }
    return events;
  }

  Status trim() override {
    const std::lock_guard lock(mutex_);
    return trim_locked();
  }

  Result<LogStats> stats() override {
    const std::lock_guard lock(mutex_);
    LogStats stats{.appended = appended_, .duplicates = duplicates_, .dropped = dropped_};
    db::Statement query =
        WALLE_TRY(database_.prepare("SELECT count(*), ifnull(min(number), 0), ifnull(max(number), 0) FROM events"));
    WALLE_TRY(query.step());
    stats.events = query.integer(0);
    stats.first_number = query.integer(1);
    stats.last_number = query.integer(2);
    stats.bytes = WALLE_TRY(database_.used_bytes());
    return stats;
  }

  std::string notice() const override { return database_.notice(); }

 private:
  Status check(std::span<NewEvent> batch) {
    if (batch.size() > options_.max_batch) {
      return fail(ErrorCode::invalid_argument, "a batch of " + std::to_string(batch.size()) +
                                                   " events is over the limit of " +
                                                   std::to_string(options_.max_batch));
    }
    for (NewEvent& one : batch) {
      if (!is_name(one.event.id) || (!one.event.page.empty() && !is_name(one.event.page))) {
        return fail(ErrorCode::invalid_argument, "event id and page must match [a-z][a-z0-9_-]{0,63}");
      }
      if (one.uid.size() > kMaxUidBytes)
        return fail(ErrorCode::invalid_argument, "an event's uid is at most 128 bytes");
      if (one.event.time_us == 0) one.event.time_us = clock_.wall_us();
    }
    return {};
  }

  Result<std::vector<Accepted>> store(std::span<NewEvent> batch) {
    db::Transaction transaction = WALLE_TRY(db::Transaction::begin(database_));
    std::vector<Accepted> accepted;
    accepted.reserve(batch.size());
    for (const NewEvent& one : batch) accepted.push_back(WALLE_TRY(store_one(one)));
    WALLE_TRY(transaction.commit());
    return accepted;
  }

  Result<Accepted> store_one(const NewEvent& one) {
    const std::vector<uint8_t> contents = to_cbor(one.event.contents);
    if (contents.size() > wire::kMaxEventBytes) {
      return fail(ErrorCode::invalid_argument,
                  "event '" + one.event.id + "' is over the limit of " + format_bytes(wire::kMaxEventBytes));
    }
    insert_.reset();
    if (one.uid.empty()) {
      insert_.bind_null(1);
    } else {
      insert_.bind(1, one.uid);
    }
    insert_.bind(2, one.event.time_us).bind(3, one.event.page).bind(4, one.event.id).bind(5, contents);
    WALLE_TRY(insert_.run());
    untrimmed_bytes_ += static_cast<int64_t>(contents.size());
    if (database_.changes() == 1) return Accepted{database_.last_row_id(), false};
    find_.reset();
    const bool found = WALLE_TRY(find_.bind(1, one.uid).step());
    const Accepted accepted{found ? find_.integer(0) : 0, true};
    find_.reset();
    return accepted;
  }

  Result<db::Statement> select_for(const LogQuery& query) {
    std::string sql = "SELECT number, uid, time_us, page, id, contents FROM events WHERE number > ?1";
    const bool timed = query.from_us != INT64_MIN || query.to_us != INT64_MAX;
    if (timed) sql += " AND time_us >= ?2 AND time_us < ?3";
    if (!query.page.empty()) sql += " AND page = ?4";
    if (!query.id.empty()) sql += " AND id = ?5";
    sql += query.newest_first ? " ORDER BY number DESC" : " ORDER BY number";
    db::Statement select = WALLE_TRY(database_.prepare(sql));
    select.bind(1, query.after_number).bind(2, query.from_us).bind(3, query.to_us);
    if (!query.page.empty()) select.bind(4, query.page);
    if (!query.id.empty()) select.bind(5, query.id);
    return select;
  }

  Status trim_locked() {
    untrimmed_bytes_ = 0;
    bool freed = false;
    {
      db::Statement old = WALLE_TRY(database_.prepare("DELETE FROM events WHERE time_us < ?1"));
      WALLE_TRY(old.bind(1, clock_.wall_us() - options_.max_age_us).run());
      freed = database_.changes() > 0;
      dropped_ += database_.changes();
    }
    db::Statement oldest = WALLE_TRY(
        database_.prepare("DELETE FROM events WHERE number IN (SELECT number FROM events ORDER BY number LIMIT ?1)"));
    while (WALLE_TRY(database_.used_bytes()) > options_.max_bytes) {
      WALLE_TRY(oldest.bind(1, kTrimChunk).run());
      if (database_.changes() == 0) break;
      dropped_ += database_.changes();
      freed = true;
    }
    return freed ? database_.shrink() : Status{};
  }

  std::mutex mutex_;
  db::Database database_;
  LogOptions options_;
  const Clock& clock_;
  db::Statement insert_, find_;
  int64_t appended_ = 0, duplicates_ = 0, dropped_ = 0;
  int64_t appends_ = 0, untrimmed_bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<EventLog>> EventLog::open(const LogOptions& options, const Clock& clock) {
  auto database =
      WALLE_TRY(db::Database::open({.path = options.path, .migrations = log_migrations(), .sync = db::Sync::full}));
  auto log = std::make_unique<SqliteLog>(std::move(database), options, clock);
  WALLE_TRY(log->prepare());
  WALLE_TRY(log->trim());
  return std::unique_ptr<EventLog>(std::move(log));
}

}  // namespace walle::streamd
