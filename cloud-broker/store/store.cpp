#include "cloud-broker/store/store.h"

#include "libwalle/base/digest.h"

namespace walle::store {
namespace {

std::string chain(std::string_view before, int64_t seq, const AuditEntry& entry) {
  // A JSON list separates the fields unambiguously.
  return to_hex(sha256(to_json(Value::array(
      {std::string(before), seq, entry.time_us, entry.actor, entry.action, entry.subject, entry.detail}))));
}

constexpr std::string_view kAuditColumns = "SELECT seq, time_us, actor, action, subject, detail, hash FROM audit ";

AuditEntry entry_from(const Row& row) {
  return {row[0].get<int64_t>(),     row[1].get<int64_t>(),     row[2].get<std::string>(), row[3].get<std::string>(),
          row[4].get<std::string>(), row[5].get<std::string>(), row[6].get<std::string>()};
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& url) {
  auto database = WALLE_TRY(Database::open(url));
  return std::unique_ptr<Store>(new Store(std::move(database)));
}

Status Store::append_audit(const AuditEntry& entry) {
  const auto last = WALLE_TRY(database_->query(std::string(kAuditColumns) + "ORDER BY seq DESC LIMIT 1"));
  const int64_t seq = last.empty() ? 1 : last[0][0].get<int64_t>() + 1;
  const std::string before = last.empty() ? "" : last[0][6].get<std::string>();
  WALLE_TRY(database_->execute(
      "INSERT INTO audit VALUES (:a, :b, :c, :d, :e, :f, :g)",
      {seq, entry.time_us, entry.actor, entry.action, entry.subject, entry.detail, chain(before, seq, entry)}));
  return {};
}

Status Store::audit(const AuditEntry& entry) {
  return database_->transaction([&]() -> Status { return append_audit(entry); });
}

Result<std::vector<AuditEntry>> Store::audit_log(int64_t limit) {
  const auto rows = WALLE_TRY(database_->query(std::string(kAuditColumns) + "ORDER BY seq DESC LIMIT :a", {limit}));
  std::vector<AuditEntry> out;
  for (const Row& row : rows) out.push_back(entry_from(row));
  return out;
}

Result<int64_t> Store::verify_audit() {
  std::string before;
  int64_t seq = 0;
  while (true) {
    const auto rows =
        WALLE_TRY(database_->query(std::string(kAuditColumns) + "WHERE seq > :a ORDER BY seq LIMIT 1000", {seq}));
    for (const Row& row : rows) {
      const AuditEntry entry = entry_from(row);
      if (entry.seq != seq + 1)
        return fail(ErrorCode::data_loss, "audit entry " + std::to_string(seq + 1) + " is missing");
      if (entry.hash != chain(before, entry.seq, entry))
        return fail(ErrorCode::data_loss, "audit entry " + std::to_string(entry.seq) + " was changed");
      before = entry.hash;
      seq = entry.seq;
    }
    if (rows.empty()) break;
  }
  const auto count = WALLE_TRY(database_->query("SELECT COUNT(*) FROM audit"));
  if (count_of(count[0][0]) != seq) return fail(ErrorCode::data_loss, "the audit log has entries out of order");
  return seq;
}

Status Store::remember_scenario(const std::string& scenario, const std::string& repository) {
  return database_->transaction([&]() -> Status {
    WALLE_TRY(database_->execute("INSERT INTO scenarios VALUES (:a, :b) ON CONFLICT (name) DO NOTHING",
                                 {scenario, repository}));
    const auto rows = WALLE_TRY(database_->query("SELECT repository FROM scenarios WHERE name = :a", {scenario}));
    if (rows.at(0).at(0) == repository) return {};
    return fail(ErrorCode::failed_precondition, "scenario '" + scenario + "' is the repository " +
                                                    rows[0][0].get<std::string>() + ", not " + repository);
  });
}

Status Store::remember_tag(const std::string& scenario, const std::string& tag, const std::string& object,
                           const std::string& commit, int64_t now_us) {
  return database_->transaction([&]() -> Status {
    WALLE_TRY(database_->execute("INSERT INTO tags VALUES (:a, :b, :c, :d, :e) ON CONFLICT (scenario, tag) DO NOTHING",
                                 {scenario, tag, object, commit, now_us}));
    const auto rows =
        WALLE_TRY(database_->query("SELECT object_id FROM tags WHERE scenario = :a AND tag = :b", {scenario, tag}));
    if (rows.at(0).at(0) == object) return {};
    return fail(ErrorCode::failed_precondition, "tag " + tag + " has moved: it was " + rows[0][0].get<std::string>() +
                                                    ", it is " + object + "; a version is never reused, tag a new one");
  });
}

Result<int64_t> Store::add_features(const std::vector<FeatureRow>& rows) {
  int64_t added = 0;
  const Status done = database_->transaction([&]() -> Status {
    for (const FeatureRow& row : rows)
      added += WALLE_TRY(database_->execute(
          "INSERT INTO features VALUES (:a, :b, :c, :d, :e, :f, :g, :h) ON CONFLICT (device, id) DO NOTHING",
          {row.device, row.id, row.task, row.version, row.name, row.time_us, row.received_us, row.value}));
    return {};
  });
  if (!done) return fail(done.error());
  return added;
}

Result<std::vector<FeatureRow>> Store::features(const FeatureQuery& query) {
  const auto rows = WALLE_TRY(database_->query(
      "SELECT device, id, task, version, name, time_us, received_us, value FROM features WHERE (:a = '' OR task = :b) "
      "AND (:c = '' OR name = :d) AND (:e = '' OR device = :f) AND received_us >= :g ORDER BY received_us DESC LIMIT "
      ":h",
      {query.task, query.task, query.name, query.name, query.device, query.device, query.since_us, query.limit}));
  std::vector<FeatureRow> out;
  for (const Row& row : rows)
    out.push_back({row[0].get<std::string>(), row[1].get<std::string>(), row[2].get<std::string>(),
                   row[3].get<std::string>(), row[4].get<std::string>(), row[5].get<int64_t>(), row[6].get<int64_t>(),
                   row[7].get<std::string>()});
  return out;
}

Result<std::optional<Answer>> Store::answer(const std::string& key) {
  const auto rows =
      WALLE_TRY(database_->query("SELECT request_sha256, status, answer FROM idempotency WHERE id = :a", {key}));
  if (rows.empty()) return std::optional<Answer>();
  return std::optional<Answer>(
      Answer{rows[0][0].get<std::string>(), rows[0][1].get<int64_t>(), rows[0][2].get<std::string>()});
}

Status Store::remember_answer(const std::string& key, const Answer& answer, int64_t now_us) {
  WALLE_TRY(database_->execute("INSERT INTO idempotency VALUES (:a, :b, :c, :d, :e) ON CONFLICT (id) DO NOTHING",
                               {key, answer.request_sha256, answer.status, answer.body, now_us}));
  return {};
}

Result<int64_t> Store::raise_inside(const std::string& name) {
  WALLE_TRY(database_->execute(
      "INSERT INTO numbers VALUES (:a, 1) ON CONFLICT (name) DO UPDATE SET value = numbers.value + 1", {name}));
  const auto rows = WALLE_TRY(database_->query("SELECT value FROM numbers WHERE name = :a", {name}));
  return rows.at(0).at(0).get<int64_t>();
}

Result<int64_t> Store::raise(const std::string& name) {
  int64_t value = 0;
  const Status done = database_->transaction([&]() -> Status {
    value = WALLE_TRY(raise_inside(name));
    return {};
  });
  if (!done) return fail(done.error());
  return value;
}

}  // namespace walle::store
