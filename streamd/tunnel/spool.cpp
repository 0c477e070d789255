#include "streamd/tunnel/spool.h"

#include <sys/random.h>

#include <array>
#include <mutex>

#include "libwalle/base/base64.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"
#include "streamd/db/database.h"

namespace walle::streamd {

std::span<const db::Migration> tunnel_migrations();

namespace {

constexpr size_t kMaxIdBytes = 96;
constexpr int64_t kRowOverhead = 128;  // ids and numbers, so that many small features count, too
constexpr size_t kMaxVersionBytes = 64;

Result<std::string> random_part() {
  std::array<uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return fail(system_error("cannot get random bytes"));
  }
  return hex_encode(bytes);
}

int64_t weight_of(const NewFeature& f) {
  return kRowOverhead + static_cast<int64_t>(f.task.size() + f.version.size() + f.name.size() + f.value.size());
}

class SqliteSpool final : public Spool {
 public:
  SqliteSpool(db::Database database, const SpoolOptions& options, const Clock& clock, std::string boot)
      : database_(std::move(database)), options_(options), clock_(clock), boot_(std::move(boot)) {}

  Status prepare() {
    insert_ =
        WALLE_TRY(database_.prepare("INSERT OR IGNORE INTO features(id, task, version, name, time_us, weight, value) "
                                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    select_ = WALLE_TRY(database_.prepare(
        "SELECT number, id, task, version, name, time_us, value FROM features WHERE number > ?1 ORDER BY number"));
    acknowledge_ = WALLE_TRY(database_.prepare("DELETE FROM features WHERE id = ?1 RETURNING weight"));
    drop_oldest_ = WALLE_TRY(
        database_.prepare("DELETE FROM features WHERE number = (SELECT min(number) FROM features) RETURNING weight"));
    db::Statement sum = WALLE_TRY(database_.prepare("SELECT ifnull(sum(weight), 0) FROM features"));
    WALLE_TRY(sum.step());
    bytes_ = sum.integer(0);
    return {};
  }

  Result<std::vector<std::string>> add(std::span<const NewFeature> features) override {
    const std::lock_guard lock(mutex_);
    int64_t needed = 0;
    for (const NewFeature& feature : features) {
      WALLE_TRY(check(feature));
      needed += weight_of(feature);
    }
    if (needed > options_.max_bytes ||
        (options_.policy == SpoolPolicy::refuse_new && bytes_ + needed > options_.max_bytes)) {
      return fail(ErrorCode::resource_exhausted, "the spool holds " + format_bytes(bytes_) + " of " +
                                                     format_bytes(options_.max_bytes) +
                                                     "; it empties when the cloud is reached");
    }
    const int64_t before = bytes_;
    auto ids = store(features, needed);
    if (!ids) bytes_ = before;
    return ids;
  }

  Result<SpoolBatch> next(size_t max_bytes, size_t max_count, int64_t after) override {
    const std::lock_guard lock(mutex_);
    WALLE_TRY(drop_aged());
    SpoolBatch batch{.position = after};
    size_t bytes = 0;
    select_.reset();
    select_.bind(1, after);
    while (batch.features.size() < max_count && WALLE_TRY(select_.step())) {
      const auto value = select_.bytes(6);
      if (!batch.features.empty() && bytes + value.size() > max_bytes) break;
      bytes += value.size();
      batch.position = select_.integer(0);
      batch.features.push_back({std::string(select_.text(1)),
                                std::string(select_.text(2)),
                                std::string(select_.text(3)),
                                std::string(select_.text(4)),
                                select_.integer(5),
                                {value.begin(), value.end()}});
    }
    select_.reset();
    return batch;
  }

  Status acknowledge(std::span<const std::string> ids) override {
    const std::lock_guard lock(mutex_);
    db::Transaction transaction = WALLE_TRY(db::Transaction::begin(database_));
    int64_t freed = 0;
    int64_t count = 0;
    for (const std::string& id : ids) {
      acknowledge_.reset();
      acknowledge_.bind(1, id);
      if (!WALLE_TRY(acknowledge_.step())) continue;
      freed += acknowledge_.integer(0);
      ++count;
      WALLE_TRY(acknowledge_.run());
    }
    acknowledge_.reset();
    WALLE_TRY(transaction.commit());
    bytes_ -= freed;
    acknowledged_ += count;
    return {};
  }

  Result<SpoolStats> stats() override {
    const std::lock_guard lock(mutex_);
    db::Statement count = WALLE_TRY(database_.prepare("SELECT count(*) FROM features"));
    WALLE_TRY(count.step());
    return SpoolStats{count.integer(0), bytes_, added_, acknowledged_, dropped_};
  }

  std::string notice() const override { return database_.notice(); }

 private:
  Status check(const NewFeature& f) const {
    if (!is_name(f.task) || !is_name(f.name)) {
      return fail(ErrorCode::invalid_argument, "a feature's task and name must match [a-z][a-z0-9_-]{0,63}");
    }
    if (f.id.size() > kMaxIdBytes ||
        f.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
      return fail(ErrorCode::invalid_argument, "a feature's id is at most 96 of [a-z0-9-]");
    }
    if (f.version.size() > kMaxVersionBytes) return fail(ErrorCode::invalid_argument, "a version is at most 64 bytes");
    if (f.value.size() > options_.max_feature_bytes) {
      return fail(ErrorCode::invalid_argument,
                  "feature '" + f.name + "' of " + format_bytes(static_cast<int64_t>(f.value.size())) +
                      " is over the limit of " + format_bytes(static_cast<int64_t>(options_.max_feature_bytes)));
    }
    return {};
  }

  Result<std::vector<std::string>> store(std::span<const NewFeature> features, int64_t needed) {
    db::Transaction transaction = WALLE_TRY(db::Transaction::begin(database_));
    int64_t dropped = 0;
    while (bytes_ + needed > options_.max_bytes && WALLE_TRY(drop_one())) ++dropped;
    std::vector<std::string> ids;
    int64_t repeated = 0;
    for (const NewFeature& f : features) {
      ids.push_back(f.id.empty() ? boot_ + "-" + std::to_string(++counter_) : f.id);
      insert_.reset();
      insert_.bind(1, ids.back()).bind(2, f.task).bind(3, f.version).bind(4, f.name);
      insert_.bind(5, clock_.wall_us()).bind(6, weight_of(f)).bind(7, f.value);
      WALLE_TRY(insert_.run());
      if (database_.changes() == 0) repeated += weight_of(f);
    }
    WALLE_TRY(transaction.commit());
    bytes_ += needed - repeated;
    dropped_ += dropped;
    added_ += static_cast<int64_t>(ids.size());
    return ids;
  }

  Result<bool> drop_one() {
    drop_oldest_.reset();
    if (!WALLE_TRY(drop_oldest_.step())) return false;
    bytes_ -= drop_oldest_.integer(0);
    WALLE_TRY(drop_oldest_.run());
    return true;
  }

  Status drop_aged() {
    db::Statement aged = WALLE_TRY(database_.prepare("DELETE FROM features WHERE time_us < ?1 RETURNING weight"));
    aged.bind(1, clock_.wall_us() - options_.max_age_us);
    while (WALLE_TRY(aged.step())) {
      bytes_ -= aged.integer(0);
      ++dropped_;
    }
    return {};
  }

  std::mutex mutex_;
  db::Database database_;
  SpoolOptions options_;
  const Clock& clock_;
  std::string boot_;
  db::Statement insert_, select_, acknowledge_, drop_oldest_;
  int64_t counter_ = 0;
  int64_t bytes_ = 0, added_ = 0, acknowledged_ = 0, dropped_ = 0;
};

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(const SpoolOptions& options, const Clock& clock) {
  auto database =
      WALLE_TRY(db::Database::open({.path = options.path, .migrations = tunnel_migrations(), .sync = db::Sync::full}));
  auto boot = WALLE_TRY(random_part());
  auto spool = std::make_unique<SqliteSpool>(std::move(database), options, clock, std::move(boot));
  WALLE_TRY(spool->prepare());
  return std::unique_ptr<Spool>(std::move(spool));
}

}  // namespace walle::streamd
