#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "cloud-broker/core/config.h"
#include "cloud-broker/pki/authority.h"
#include "cloud-broker/rollout/decide.h"
#include "cloud-broker/rollout/transitions.h"
#include "cloud-broker/store/store.h"
#include "cloud-broker/trust/publisher.h"
#include "ipc/bundle/store.h"
#include "ipc/wire/enrol.h"
#include "ipc/wire/offer.h"
#include "ipc/wire/report.h"
#include "libwalle/base/clock.h"

namespace walle::core {

/// What goes back to a device after a report; empty: nothing.
struct Answer {
  std::string offer;         ///< signed envelope, for topic `offer`
  std::vector<uint8_t> ack;  ///< for topic `ack`
};

struct CreateRequest {
  std::string repository;  ///< absolute path of the scenario's git repository
  std::string tag;         ///< TASK/vX.Y.Z
  std::string plan;        ///< rollout.toml
  std::string actor;
};

struct TokenRequest {
  std::string device;  ///< the only name it may enrol; empty: any
  Value labels = Value::object();
  int64_t uses = 1;
  int64_t lifetime_us = 3600LL * 1'000'000;
  std::string actor;
};

/// Where the broker can be reached, known once its adapters are up.
struct Endpoints {
  std::string mqtt_url;
  std::vector<std::string> origins;
};

/// The broker without its adapters: keeps release table and fleet in memory over the store, turns reports into offers,
/// moves releases. Everything acknowledged is durable before a call returns. Thread-safe.
class Service {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Service>> open(const Config& config, const Clock& clock);
  ~Service();

  /// Called with the new epoch after every change of the release table; from any thread, must not block.
  void on_change(std::function<void(int64_t epoch)> callback);
  void set_endpoints(Endpoints endpoints);

  // Devices (service_devices.cpp) --------------------------------------------------------------------------------
  /// `device` as the transport authenticated it. Errors: permission_denied for a stranger, data_loss, …
  [[nodiscard]] Result<Answer> on_report(const std::string& device, std::span<const uint8_t> bytes);
  [[nodiscard]] Result<wire::EnrolResponse> enrol(const wire::EnrolRequest& request);
  /// The token, which is shown once and kept only as a hash.
  [[nodiscard]] Result<std::string> make_token(const TokenRequest& request);
  [[nodiscard]] Result<Value> devices(int64_t limit, const std::string& after);
  [[nodiscard]] Result<Value> device(const std::string& id);
  [[nodiscard]] Status set_labels(const std::string& id, const Value& labels, const std::string& actor);
  [[nodiscard]] bool knows(const std::string& device) const;

  // Releases (service_releases.cpp) ------------------------------------------------------------------------------
  /// Admission from git, publication and start; slow. The release as JSON.
  [[nodiscard]] Result<Value> create_release(const CreateRequest& request);
  /// Errors: not_found; failed_precondition by the transition table.
  [[nodiscard]] Result<Value> act(int64_t counter, rollout::Event event, const std::string& actor,
                                  const std::string& reason);
  [[nodiscard]] Result<Value> releases();
  [[nodiscard]] Result<Value> release(int64_t counter);
  /// The newest release of a tag, or the number itself: "ocr/v1.2.0" or "12".
  [[nodiscard]] Result<int64_t> find_release(const std::string& text) const;
  /// Why a device has or has not each release of a task.
  [[nodiscard]] Result<Value> why(const std::string& device, const std::string& task);
  [[nodiscard]] int64_t epoch() const;

  /// Everything that time brings: soaks, silences, simulations, metadata, last-seen. Every 100 ms … 1 s.
  void tick();
  /// What went wrong in the background since the last call, for the log.
  [[nodiscard]] std::vector<std::string> take_notes();

  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] const bundle::BlobStore& blobs() const { return *blobs_; }
  [[nodiscard]] trust::Publisher& publisher() { return *publisher_; }
  [[nodiscard]] const pki::Authority& authority() const { return *authority_; }
  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }

 private:
  struct Known {
    store::DeviceRow row;
    rollout::Device device;
  };
  Service(Config config, const Clock& clock) : config_(std::move(config)), clock_(clock) {}
  [[nodiscard]] Status load();
  static rollout::Device device_of(const store::DeviceRow& row);

  // With mutex_ held:
  [[nodiscard]] Result<std::string> make_offer(const Known& known, const wire::Report& report, bool ask_profile);
  /// The files for this device alone that belong to a bundle, sealed for its key when it is offered them first.
  [[nodiscard]] Result<std::vector<wire::ExclusiveFile>> sealed_files(const store::DeviceRow& device,
                                                                      const std::string& manifest_sha256);
  [[nodiscard]] Status seal_one(const store::DeviceRow& device, store::ExclusiveRow& file);
  [[nodiscard]] bool pending(const rollout::Device& device) const;
  [[nodiscard]] Status take_profile(Known& known, const wire::Report& report);
  [[nodiscard]] Result<std::vector<uint8_t>> take_outcomes(const wire::Report& report);
  [[nodiscard]] rollout::Release* find(int64_t counter);
  [[nodiscard]] Status move(int64_t counter, rollout::Event event, const std::string& actor, std::string reason);
  void take_back(const rollout::Release& release, const std::string& actor, std::vector<rollout::Release>& changes,
                 std::vector<store::AuditEntry>& entries, int64_t new_counter) const;
  void supersede_older(const rollout::Release& release, std::vector<rollout::Release>& changes,
                       std::vector<store::AuditEntry>& entries) const;
  [[nodiscard]] Status commit(const std::vector<rollout::Release>& changes,
                              const std::vector<store::AuditEntry>& entries);
  [[nodiscard]] Result<rollout::Tallies> tallies(const rollout::Release& release);
  void evaluate(int64_t counter);
  [[nodiscard]] Result<Value> view(const rollout::Release& release);
  void note(std::string text);

  void simulate_forever(std::stop_token stop);
  void simulate_one(int64_t counter);
  [[nodiscard]] Result<rollout::Release> draft_from_git(const CreateRequest& request, int64_t counter);

  Config config_;
  const Clock& clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<bundle::BlobStore> blobs_;
  std::unique_ptr<bundle::BlobStore> private_blobs_;  ///< exclusive files in the clear; never served
  std::unique_ptr<trust::Publisher> publisher_;
  std::unique_ptr<pki::Authority> authority_;

  mutable std::recursive_mutex mutex_;
  rollout::Table table_;
  std::map<std::string, Known> fleet_;
  int64_t fleet_version_ = 0;
  std::map<std::string, int64_t> last_seen_;
  int64_t flushed_us_ = 0, evaluated_us_ = 0, refreshed_us_ = 0;
  /// Members of (counter, stage) at a fleet version.
  struct Members {
    int64_t fleet_version = -1, stage = -1;
    int64_t total = 0, own = 0;
  };
  std::map<int64_t, Members> members_;
  std::function<void(int64_t)> changed_;
  Endpoints endpoints_;
  std::vector<std::string> notes_;

  std::mutex admission_;
  std::mutex simulations_mutex_;
  std::condition_variable_any simulations_wake_;
  std::deque<int64_t> simulations_;
  std::jthread simulator_;  // last: it stops before what it uses goes away
};

}  // namespace walle::core
