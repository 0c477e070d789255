#include "cloud-broker/core/service.h"

#include "cloud-broker/policies/policies.h"
#include "cloud-broker/rollout/state_def.h"
#include "libwalle/base/file.h"

namespace walle::core {
namespace {
constexpr int64_t kFlushEvery = 10'000'000;
constexpr int64_t kEvaluateEvery = 1'000'000;
constexpr int64_t kRefreshEvery = 60'000'000;
}  // namespace

Result<std::unique_ptr<Service>> Service::open(const Config& config, const Clock& clock) {
  std::unique_ptr<Service> service(new Service(config, clock));
  WALLE_TRY(service->load());
  return service;
}

Service::~Service() {
  const auto flushed = store_ ? store_->touch(last_seen_) : Status{};
  static_cast<void>(flushed);
}

Status Service::load() {
  const std::string& state = config_.state_dir;
  WALLE_TRY(make_folders(state, 0750));
  WALLE_TRY(make_folders(state + "/keys", 0700));
  WALLE_TRY(make_folders(state + "/work", 0700));
  store_ = WALLE_TRY(store::Store::open(config_.database));
  auto blobs = WALLE_TRY(bundle::BlobStore::open(state + "/origin"));
  blobs_ = std::make_unique<bundle::BlobStore>(std::move(blobs));
  WALLE_TRY(make_folders(state + "/exclusive", 0700));
  auto exclusive = WALLE_TRY(bundle::BlobStore::open(state + "/exclusive"));
  private_blobs_ = std::make_unique<bundle::BlobStore>(std::move(exclusive));
  publisher_ = WALLE_TRY(trust::Publisher::open(state + "/keys", state + "/origin/metadata", clock_.wall_us()));
  auto authority = WALLE_TRY(pki::Authority::open(state + "/keys"));
  authority_ = std::make_unique<pki::Authority>(std::move(authority));
  table_ = WALLE_TRY(store_->load_table());
  const auto rows = WALLE_TRY(store_->devices());
  for (const store::DeviceRow& row : rows) fleet_.emplace(row.id, Known{row, device_of(row)});
  // What was being simulated when we stopped is simulated again.
  for (const rollout::Release& release : table_.releases)
    if (release.state == rollout::State::draft && release.plan.simulate) simulations_.push_back(release.counter);
  simulator_ = std::jthread([this](std::stop_token stop) { simulate_forever(stop); });
  return {};
}

void Service::on_change(std::function<void(int64_t epoch)> callback) {
  const std::lock_guard lock(mutex_);
  changed_ = std::move(callback);
}

void Service::set_endpoints(Endpoints endpoints) {
  const std::lock_guard lock(mutex_);
  endpoints_ = std::move(endpoints);
}

int64_t Service::epoch() const {
  const std::lock_guard lock(mutex_);
  return table_.epoch;
}

void Service::note(std::string text) {
  if (notes_.size() < 1000) notes_.push_back(std::move(text));
}

std::vector<std::string> Service::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

void Service::tick() {
  const int64_t now = clock_.wall_us();
  const std::lock_guard lock(mutex_);
  if (now - flushed_us_ >= kFlushEvery) {
    flushed_us_ = now;
    const Status flushed = store_->touch(std::exchange(last_seen_, {}));
    if (!flushed) note(flushed.error().message);
  }
  if (now - evaluated_us_ >= kEvaluateEvery) {
    evaluated_us_ = now;
    std::vector<int64_t> open;
    for (const rollout::Release& release : table_.releases)
      if (release.state == rollout::State::beta || release.state == rollout::State::gray ||
          release.state == rollout::State::simulated ||
          (release.state == rollout::State::draft && !release.plan.simulate))
        open.push_back(release.counter);
    for (const int64_t counter : open) evaluate(counter);
  }
  if (now - refreshed_us_ >= kRefreshEvery) {
    refreshed_us_ = now;
    const Status refreshed = publisher_->refresh(now);
    if (!refreshed) note("metadata: " + refreshed.error().message);
  }
}

}  // namespace walle::core
