#include "cloud-broker/store/store.h"

namespace walle::store {
namespace {

constexpr std::string_view kColumns =
    "counter, scenario, task, version, commit_id, manifest_sha256, manifest_bytes, plan, seed, state, stage, "
    "stage_started_us, approved_stage, paused_from, rollback_of, created_us, reason";

Result<rollout::Release> release_from(const Row& row) {
  rollout::Release release;
  release.counter = row[0].get<int64_t>();
  release.scenario = row[1].get<std::string>();
  release.task = row[2].get<std::string>();
  release.version = row[3].get<std::string>();
  release.commit = row[4].get<std::string>();
  release.manifest_sha256 = row[5].get<std::string>();
  release.manifest_bytes = row[6].get<int64_t>();
  release.plan = WALLE_TRY(rollout::parse_plan(row[7].get<std::string>()));
  release.seed = row[8].get<std::string>();
  release.state = WALLE_TRY(rollout::state_from(row[9].get<std::string>()));
  release.stage = row[10].get<int64_t>();
  release.stage_started_us = row[11].get<int64_t>();
  release.approved_stage = row[12].get<int64_t>();
  release.paused_from = WALLE_TRY(rollout::state_from(row[13].get<std::string>()));
  release.rollback_of = row[14].get<int64_t>();
  release.created_us = row[15].get<int64_t>();
  release.reason = row[16].get<std::string>();
  return release;
}

}  // namespace

Result<rollout::Table> Store::load_table() {
  rollout::Table table;
  const Status done = database_->transaction([&]() -> Status {
    const auto epoch = WALLE_TRY(database_->query("SELECT value FROM numbers WHERE name = 'epoch'"));
    table.epoch = epoch.at(0).at(0).get<int64_t>();
    const auto rows =
        WALLE_TRY(database_->query("SELECT " + std::string(kColumns) + " FROM releases ORDER BY counter"));
    for (const Row& row : rows) table.releases.push_back(WALLE_TRY(release_from(row)));
    return {};
  });
  if (!done) return fail(done.error());
  return table;
}

Result<int64_t> Store::next_counter() { return raise("counter"); }

Result<int64_t> Store::save(const std::vector<rollout::Release>& releases, const std::vector<AuditEntry>& entries) {
  int64_t epoch = 0;
  const Status done = database_->transaction([&]() -> Status {
    for (const rollout::Release& release : releases) {
      WALLE_TRY(database_->execute("DELETE FROM releases WHERE counter = :a", {release.counter}));
      WALLE_TRY(
          database_->execute("INSERT INTO releases (" + std::string(kColumns) +
                                 ") VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o, :p, :q)",
                             {release.counter, release.scenario, release.task, release.version, release.commit,
                              release.manifest_sha256, release.manifest_bytes, release.plan.text, release.seed,
                              std::string(rollout::name_of(release.state)), release.stage, release.stage_started_us,
                              release.approved_stage, std::string(rollout::name_of(release.paused_from)),
                              release.rollback_of, release.created_us, release.reason}));
    }
    for (const AuditEntry& entry : entries) WALLE_TRY(append_audit(entry));
    epoch = WALLE_TRY(raise_inside("epoch"));
    return {};
  });
  if (!done) return fail(done.error());
  return epoch;
}

Status Store::save_simulation(int64_t counter, bool passed, const Value& report, int64_t now_us) {
  return database_->transaction([&]() -> Status {
    WALLE_TRY(database_->execute("DELETE FROM simulations WHERE counter = :a", {counter}));
    WALLE_TRY(database_->execute("INSERT INTO simulations VALUES (:a, :b, :c, :d)",
                                 {counter, passed, to_json(report), now_us}));
    return {};
  });
}

Result<std::optional<Value>> Store::simulation(int64_t counter) {
  const auto rows = WALLE_TRY(database_->query("SELECT report FROM simulations WHERE counter = :a", {counter}));
  if (rows.empty()) return std::optional<Value>();
  return std::optional<Value>(WALLE_TRY(parse_json(rows[0][0].get<std::string>())));
}

Status Store::record_offers(const std::vector<OfferRow>& rows) {
  if (rows.empty()) return {};
  return database_->transaction([&]() -> Status {
    for (const OfferRow& row : rows)
      WALLE_TRY(database_->execute(
          "INSERT INTO offers VALUES (:a, :b, :c, :d, '', '', 0) ON CONFLICT (counter, device) DO NOTHING",
          {row.counter, row.device, row.stage, row.offered_us}));
    return {};
  });
}

Status Store::record_outcomes(const std::string& device, const std::vector<OutcomeRow>& rows, int64_t now_us) {
  return database_->transaction([&]() -> Status {
    for (const OutcomeRow& row : rows) {
      const int64_t added = WALLE_TRY(database_->execute(
          "INSERT INTO outcomes VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l) ON CONFLICT (device, seq) DO "
          "NOTHING",
          {device, row.seq, row.counter, row.task, row.version, row.result, row.reason, row.time_us, row.runs,
           row.failures, row.bytes, now_us}));
      const bool good = row.result == "committed" || row.result == "removed";
      // Only what was offered counts: a device cannot vote in a release that is not its own. One that is sent again
      // counts only where the first time came before the offer.
      WALLE_TRY(
          database_->execute("UPDATE offers SET outcome = :a, reason = :b, decided_us = :c WHERE counter = :d AND "
                             "device = :e AND (outcome = '' OR :f = 1)",
                             {good ? "good" : "failed", row.reason, now_us, row.counter, device, added}));
      WALLE_TRY(database_->execute("UPDATE devices SET acked_seq = :a WHERE id = :b AND acked_seq < :c",
                                   {row.seq, device, row.seq}));
    }
    return {};
  });
}

Result<rollout::Tallies> Store::tallies(int64_t counter, int64_t stage, int64_t silent_before_us) {
  const auto rows = WALLE_TRY(database_->query(
      "SELECT stage, outcome, CASE WHEN outcome = '' AND offered_us < :a THEN 1 ELSE 0 END, COUNT(*) FROM offers WHERE "
      "counter = :b GROUP BY 1, 2, 3",
      {silent_before_us, counter}));
  rollout::Tallies tallies;
  const auto add = [](rollout::Tally& tally, const Row& row) {
    const int64_t count = count_of(row[3]);
    tally.offered += count;
    if (row[1] == "good") tally.good += count;
    if (row[1] == "failed") tally.failed += count;
    if (count_of(row[2]) == 1) tally.silent += count;
  };
  for (const Row& row : rows) {
    add(tallies.total, row);
    if (row[0].get<int64_t>() == stage) add(tallies.stage, row);
  }
  return tallies;
}

Result<std::vector<OfferRow>> Store::offers(int64_t counter, int64_t limit) {
  const auto rows = WALLE_TRY(database_->query(
      "SELECT counter, device, stage, offered_us, outcome, reason, decided_us FROM offers WHERE counter = :a ORDER BY "
      "offered_us DESC, device LIMIT :b",
      {counter, limit}));
  std::vector<OfferRow> out;
  for (const Row& row : rows)
    out.push_back({row[0].get<int64_t>(), row[1].get<std::string>(), row[2].get<int64_t>(), row[3].get<int64_t>(),
                   row[4].get<std::string>(), row[5].get<std::string>(), row[6].get<int64_t>()});
  return out;
}

Result<std::vector<OutcomeRow>> Store::outcomes(const std::string& device, int64_t limit) {
  const auto rows = WALLE_TRY(database_->query(
      "SELECT seq, counter, task, version, result, reason, time_us, runs, failures, bytes FROM outcomes WHERE device = "
      ":a ORDER BY seq DESC LIMIT :b",
      {device, limit}));
  std::vector<OutcomeRow> out;
  for (const Row& row : rows)
    out.push_back({row[0].get<int64_t>(), row[1].get<int64_t>(), row[2].get<std::string>(), row[3].get<std::string>(),
                   row[4].get<std::string>(), row[5].get<std::string>(), row[6].get<int64_t>(), row[7].get<int64_t>(),
                   row[8].get<int64_t>(), row[9].get<int64_t>()});
  return out;
}

}  // namespace walle::store
