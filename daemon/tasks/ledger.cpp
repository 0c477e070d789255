#include "daemon/tasks/ledger.h"

#include "streamd/db/database.h"

namespace walle::daemon {

std::span<const db::Migration> ledger_migrations();

namespace {

constexpr int64_t kKeptRuns = 10'000;
constexpr int64_t kKeptHistory = 10'000;
constexpr size_t kRecordBytes = 64U << 10;

constexpr std::string_view kVersionColumns =
    "SELECT task, version, counter, source, manifest, state, reason, runs, failures, installed_us, until_us "
    "FROM versions ";

VersionRow version_row(const db::Statement& row) {
  return {.key = {std::string(row.text(0)), std::string(row.text(1)), row.integer(2)},
          .source = std::string(row.text(3)),
          .manifest = std::string(row.text(4)),
          .state = version_state_from(row.text(5)),
          .reason = std::string(row.text(6)),
          .runs = row.integer(7),
          .failures = row.integer(8),
          .installed_us = row.integer(9),
          .until_us = row.integer(10)};
}

/// A record that fits into the ledger: a large result, then a large traceback, is replaced by its size.
std::vector<uint8_t> bounded(Value record) {
  std::vector<uint8_t> bytes = to_cbor(record);
  for (const char* key : {"result", "error"}) {
    if (bytes.size() <= kRecordBytes || !record.contains(key)) continue;
    const size_t size = to_cbor(record[key]).size();
    record[key] = {{"left_out_bytes", size}};
    bytes = to_cbor(record);
  }
  return bytes;
}

Value numbers(const std::vector<int64_t>& events) { return Value(events); }

std::vector<int64_t> numbers_from(std::string_view text) {
  std::vector<int64_t> events;
  const auto list = parse_json(text);
  if (!list || !list->is_array()) return events;
  for (const Value& number : *list)
    if (number.is_number_integer()) events.push_back(number.get<int64_t>());
  return events;
}

}  // namespace

struct Ledger::State {
  db::Database database;
  const Clock& clock;
  State(db::Database opened, const Clock& time) : database(std::move(opened)), clock(time) {}
};

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path, const Clock& clock) {
  auto database =
      WALLE_TRY(db::Database::open({.path = path, .migrations = ledger_migrations(), .sync = db::Sync::full}));
  return std::unique_ptr<Ledger>(new Ledger(std::make_unique<State>(std::move(database), clock)));
}

std::string Ledger::notice() const { return state_->database.notice(); }

Status Ledger::note(const VersionKey& key, std::string_view action, std::string_view reason) {
  auto insert = WALLE_TRY(state_->database.prepare(
      "INSERT INTO history (time_us, task, version, counter, action, reason) VALUES (?, ?, ?, ?, ?, ?)"));
  insert.bind(1, state_->clock.wall_us()).bind(2, std::string_view(key.task)).bind(3, std::string_view(key.version));
  insert.bind(4, key.counter).bind(5, action).bind(6, reason);
  WALLE_TRY(insert.run());
  auto prune = WALLE_TRY(state_->database.prepare("DELETE FROM history WHERE number <= ?"));
  return prune.bind(1, state_->database.last_row_id() - kKeptHistory).run();
}

Result<std::vector<VersionRow>> Ledger::versions() {
  auto select = WALLE_TRY(state_->database.prepare(std::string(kVersionColumns) + "ORDER BY task, installed_us"));
  std::vector<VersionRow> rows;
  while (WALLE_TRY(select.step())) rows.push_back(version_row(select));
  return rows;
}

Result<std::optional<VersionRow>> Ledger::version(const VersionKey& key) {
  auto select = WALLE_TRY(
      state_->database.prepare(std::string(kVersionColumns) + "WHERE task = ? AND version = ? AND counter = ?"));
  select.bind(1, std::string_view(key.task)).bind(2, std::string_view(key.version)).bind(3, key.counter);
  if (!WALLE_TRY(select.step())) return std::optional<VersionRow>();
  return std::optional(version_row(select));
}

Result<std::vector<CurrentVersion>> Ledger::current() {
  auto select = WALLE_TRY(state_->database.prepare(
      "SELECT task, version, counter, previous_version, previous_counter FROM current ORDER BY task"));
  std::vector<CurrentVersion> rows;
  while (WALLE_TRY(select.step())) {
    const std::string task(select.text(0));
    CurrentVersion row{.current = {task, std::string(select.text(1)), select.integer(2)}};
    if (!select.text(3).empty()) row.previous = VersionKey{task, std::string(select.text(3)), select.integer(4)};
    rows.push_back(std::move(row));
  }
  return rows;
}

Status Ledger::activate(const VersionRow& row) {
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto insert = WALLE_TRY(state_->database.prepare(
      "INSERT OR REPLACE INTO versions (task, version, counter, source, manifest, state, reason, runs, failures, "
      "installed_us, until_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.bind(1, std::string_view(row.key.task)).bind(2, std::string_view(row.key.version)).bind(3, row.key.counter);
  insert.bind(4, std::string_view(row.source)).bind(5, std::string_view(row.manifest)).bind(6, name_of(row.state));
  insert.bind(7, std::string_view(row.reason)).bind(8, row.runs).bind(9, row.failures);
  insert.bind(10, row.installed_us).bind(11, row.until_us);
  WALLE_TRY(insert.run());
  // The version before is the one to return to, unless it failed: then its own previous one stays that.
  auto update = WALLE_TRY(state_->database.prepare(
      "INSERT INTO current (task, version, counter, previous_version, previous_counter) VALUES (?1, ?2, ?3, '', 0) "
      "ON CONFLICT (task) DO UPDATE SET "
      "previous_version = CASE WHEN (version = ?2 AND counter = ?3) OR (SELECT state FROM versions AS v WHERE v.task = "
      "current.task AND v.version = current.version AND v.counter = current.counter) IS NOT 'good' THEN "
      "previous_version ELSE version END, "
      "previous_counter = CASE WHEN (version = ?2 AND counter = ?3) OR (SELECT state FROM versions AS v WHERE v.task = "
      "current.task AND v.version = current.version AND v.counter = current.counter) IS NOT 'good' THEN "
      "previous_counter ELSE counter END, "
      "version = ?2, counter = ?3"));
  update.bind(1, std::string_view(row.key.task)).bind(2, std::string_view(row.key.version)).bind(3, row.key.counter);
  WALLE_TRY(update.run());
  WALLE_TRY(note(row.key, "installed", row.source));
  return transaction.commit();
}

Status Ledger::set_verdict(const VersionKey& key, const Verdict& verdict) {
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto update = WALLE_TRY(state_->database.prepare(
      "UPDATE versions SET state = ?, reason = ? WHERE task = ? AND version = ? AND counter = ?"));
  update.bind(1, name_of(verdict.state)).bind(2, std::string_view(verdict.reason));
  update.bind(3, std::string_view(key.task)).bind(4, std::string_view(key.version)).bind(5, key.counter);
  WALLE_TRY(update.run());
  WALLE_TRY(note(key, name_of(verdict.state), verdict.reason));
  return transaction.commit();
}

Status Ledger::roll_back(const std::string& task, const std::string& reason) {
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto update = WALLE_TRY(state_->database.prepare(
      "UPDATE current SET version = previous_version, counter = previous_counter, previous_version = '', "
      "previous_counter = 0 WHERE task = ? AND previous_version <> ''"));
  WALLE_TRY(update.bind(1, std::string_view(task)).run());
  if (state_->database.changes() == 0)
    return fail(ErrorCode::failed_precondition, "task '" + task + "' has no version before this one to return to");
  auto select = WALLE_TRY(state_->database.prepare("SELECT version, counter FROM current WHERE task = ?"));
  select.bind(1, std::string_view(task));
  if (!WALLE_TRY(select.step())) return fail(ErrorCode::internal, "the current version vanished");
  const VersionKey key{task, std::string(select.text(0)), select.integer(1)};
  select.reset();
  WALLE_TRY(note(key, "rolled_back", reason));
  return transaction.commit();
}

Status Ledger::remove_task(const std::string& task, const std::string& reason) {
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto select = WALLE_TRY(state_->database.prepare("SELECT version, counter FROM current WHERE task = ?"));
  select.bind(1, std::string_view(task));
  if (!WALLE_TRY(select.step())) return fail(ErrorCode::not_found, "no task '" + task + "' is installed");
  const VersionKey key{task, std::string(select.text(0)), select.integer(1)};
  select.reset();
  for (const char* table : {"current", "versions", "queue"}) {
    auto remove = WALLE_TRY(state_->database.prepare("DELETE FROM " + std::string(table) + " WHERE task = ?"));
    WALLE_TRY(remove.bind(1, std::string_view(task)).run());
  }
  WALLE_TRY(note(key, "removed", reason));
  return transaction.commit();
}

Status Ledger::forget_version(const VersionKey& key) {
  auto remove =
      WALLE_TRY(state_->database.prepare("DELETE FROM versions WHERE task = ? AND version = ? AND counter = ?"));
  return remove.bind(1, std::string_view(key.task)).bind(2, std::string_view(key.version)).bind(3, key.counter).run();
}

Result<std::vector<Value>> Ledger::history(const std::string& task, int64_t limit) {
  auto select = WALLE_TRY(state_->database.prepare(
      "SELECT time_us, task, version, counter, action, reason FROM history WHERE ?1 = '' OR task = ?1 "
      "ORDER BY number DESC LIMIT ?2"));
  select.bind(1, std::string_view(task)).bind(2, limit);
  std::vector<Value> rows;
  while (WALLE_TRY(select.step()))
    rows.push_back({{"time_us", select.integer(0)},
                    {"task", select.text(1)},
                    {"version", select.text(2)},
                    {"counter", select.integer(3)},
                    {"action", select.text(4)},
                    {"reason", select.text(5)}});
  return rows;
}

Result<std::vector<int64_t>> Ledger::fire(std::span<const Firing> firings, const Progress& progress) {
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto insert =
      WALLE_TRY(state_->database.prepare("INSERT INTO queue (task, condition, events, time_us) VALUES (?, ?, ?, ?)"));
  std::vector<int64_t> runs;
  for (const Firing& firing : firings) {
    const std::string events = to_json(numbers(firing.events));
    insert.bind(1, std::string_view(firing.task)).bind(2, std::string_view(firing.condition));
    insert.bind(3, std::string_view(events)).bind(4, firing.time_us);
    WALLE_TRY(insert.run());
    runs.push_back(state_->database.last_row_id());
  }
  auto move =
      WALLE_TRY(state_->database.prepare("UPDATE cursor SET number = ?1, held = ?2 WHERE id = 1 AND number <= ?1"));
  const std::string held = to_json(numbers(progress.held));
  WALLE_TRY(move.bind(1, progress.number).bind(2, std::string_view(held)).run());
  WALLE_TRY(transaction.commit());
  return runs;
}

Result<Progress> Ledger::progress() {
  auto select = WALLE_TRY(state_->database.prepare("SELECT number, held FROM cursor WHERE id = 1"));
  if (!WALLE_TRY(select.step())) return Progress{};
  return Progress{select.integer(0), numbers_from(select.text(1))};
}

Result<std::vector<QueuedRun>> Ledger::queued() {
  auto select = WALLE_TRY(
      state_->database.prepare("SELECT run, task, condition, events, time_us, attempts FROM queue ORDER BY run"));
  std::vector<QueuedRun> runs;
  while (WALLE_TRY(select.step()))
    runs.push_back({.run = select.integer(0),
                    .firing = {std::string(select.text(1)), std::string(select.text(2)), numbers_from(select.text(3)),
                               select.integer(4)},
                    .attempts = select.integer(5)});
  return runs;
}

Result<int64_t> Ledger::number_run() {
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto insert = WALLE_TRY(
      state_->database.prepare("INSERT INTO queue (task, condition, events, time_us) VALUES ('', '', '[]', 0)"));
  WALLE_TRY(insert.run());
  const int64_t run = state_->database.last_row_id();
  auto remove = WALLE_TRY(state_->database.prepare("DELETE FROM queue WHERE run = ?"));
  WALLE_TRY(remove.bind(1, run).run());
  WALLE_TRY(transaction.commit());
  return run;
}

Status Ledger::begin_run(int64_t run) {
  auto update = WALLE_TRY(state_->database.prepare("UPDATE queue SET attempts = attempts + 1 WHERE run = ?"));
  return update.bind(1, run).run();
}

Result<std::optional<VersionRow>> Ledger::finish_run(const Value& record) {
  VersionKey key;
  key.task = WALLE_TRY(get_string(record, "task"));
  key.version = WALLE_TRY(get_string(record, "version"));
  key.counter = WALLE_TRY(get_int(record, "counter"));
  const int64_t run = WALLE_TRY(get_int(record, "run"));
  const std::string status = WALLE_TRY(get_string(record, "status"));
  const std::vector<uint8_t> bytes = bounded(record);
  auto transaction = WALLE_TRY(db::Transaction::begin(state_->database));
  auto insert = WALLE_TRY(state_->database.prepare(
      "INSERT OR REPLACE INTO runs (run, task, status, started_us, record) VALUES (?, ?, ?, ?, ?)"));
  insert.bind(1, run).bind(2, std::string_view(key.task)).bind(3, std::string_view(status));
  insert.bind(4, WALLE_TRY(get_int_or(record, "started_us", 0))).bind(5, std::span<const uint8_t>(bytes));
  WALLE_TRY(insert.run());
  for (const char* sql : {"DELETE FROM queue WHERE run = ?", "DELETE FROM runs WHERE run <= ?"}) {
    auto remove = WALLE_TRY(state_->database.prepare(sql));
    WALLE_TRY(
        remove.bind(1, std::string_view(sql).find("runs") != std::string_view::npos ? run - kKeptRuns : run).run());
  }
  auto update = WALLE_TRY(state_->database.prepare(
      "UPDATE versions SET runs = runs + 1, failures = failures + ? WHERE task = ? AND version = ? AND counter = ?"));
  update.bind(1, int64_t{status == "ok" ? 0 : 1}).bind(2, std::string_view(key.task));
  update.bind(3, std::string_view(key.version)).bind(4, key.counter);
  WALLE_TRY(update.run());
  auto row = WALLE_TRY(version(key));
  WALLE_TRY(transaction.commit());
  return row;
}

Result<std::optional<Value>> Ledger::record(int64_t run) {
  auto select = WALLE_TRY(state_->database.prepare("SELECT record FROM runs WHERE run = ?"));
  if (!WALLE_TRY(select.bind(1, run).step())) return std::optional<Value>();
  return std::optional(WALLE_TRY(from_cbor(select.bytes(0))));
}

Result<std::vector<Value>> Ledger::records(const std::string& task, const std::string& status, int64_t after_us,
                                           int64_t limit) {
  auto select = WALLE_TRY(state_->database.prepare(
      "SELECT record FROM runs WHERE (?1 = '' OR task = ?1) AND (?2 = '' OR status = ?2) AND started_us >= ?3 "
      "ORDER BY run DESC LIMIT ?4"));
  select.bind(1, std::string_view(task)).bind(2, std::string_view(status)).bind(3, after_us).bind(4, limit);
  std::vector<Value> rows;
  while (WALLE_TRY(select.step())) rows.push_back(WALLE_TRY(from_cbor(select.bytes(0))));
  return rows;
}

}  // namespace walle::daemon
