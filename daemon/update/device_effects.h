#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <vector>

#include "daemon/update/agent.h"
#include "daemon/update/effects.h"
#include "daemon/update/fetch.h"
#include "daemon/update/http.h"
#include "ipc/bundle/store.h"
#include "ipc/bundle/trust.h"
#include "libwalle/base/clock.h"

namespace walle::update {

/// walled, as the agent sees it. Answers come on the agent's thread: done; refused (walled will never take it); later
/// (not connected, held by an app).
class Host {
 public:
  using Answer = std::function<void(Event, Detail)>;
  virtual ~Host() = default;
  virtual void activate(const std::string& task, const Installed& version, const std::string& folder,
                        Answer answer) = 0;
  virtual void deactivate(const std::string& task, Answer answer) = 0;
};

/// Runs `work` on some other thread (or at once), then `then` on the agent's.
using Executor = std::function<void(std::function<void()> work, std::function<void()> then)>;

struct DeviceOptions {
  std::string state_folder;     ///< blobs, partial and installed bundles live below it
  std::string runtime_version;  ///< of this Walle, against the manifest's min_runtime
  HttpOptions http;
  std::vector<std::string> origins;  ///< asked after those of the offer
  /// Opens an exclusive file's sealed bytes with the device's key; null: exclusive files are refused.
  std::function<Result<std::vector<uint8_t>>(std::span<const uint8_t>)> open_sealed;
};

/// The effects on a real device: HTTP, the blob store, folders, walled. Its functions and answers run on the agent's
/// thread; the slow parts on the executor's, several tasks at once.
class DeviceEffects final : public Effects {
 public:
  /// All references outlive it; `trust` is shared with who verifies offers (same thread as the agent).
  DeviceEffects(DeviceOptions options, bundle::Trust trust, Journal& journal, Host& host, const Clock& clock,
                Executor executor, bundle::BlobStore store);
  ~DeviceEffects() override;

  void attach(Agent& agent) { agent_ = &agent; }
  /// A copy of what is trusted now.
  [[nodiscard]] bundle::Trust trust() const;
  /// Verifies an offer's director signatures; yields its signed part. Never waits for the network.
  [[nodiscard]] Result<Value> verify_offer(std::string_view json) const;
  /// Looks for newer roots at the device's own origins (a director key may have changed), then calls `then`.
  void refresh_roots(std::function<void(Status)> then);
  /// Where the folder of a version is (to be).
  [[nodiscard]] std::string folder_of(const std::string& task, const Digest& manifest) const;

  void verify(const TaskRow& row, Ticket ticket) override;
  void reserve(const TaskRow& row, Ticket ticket) override;
  void fetch(const TaskRow& row, Ticket ticket) override;
  void stage(const TaskRow& row, Ticket ticket) override;
  void activate(const TaskRow& row, const Installed& version, Ticket ticket) override;
  void deactivate(const TaskRow& row, Ticket ticket) override;
  void collect(const std::vector<TaskRow>& rows, Ticket ticket) override;
  void cancel(const Ticket& ticket) override;

 private:
  struct Outcome {
    Status status;
    Detail detail;
  };
  using Flag = std::shared_ptr<std::atomic<bool>>;
  /// Runs `work` with a shared hold on the store; its status decides between done, later and refused.
  void run(const TaskRow& row, const Ticket& ticket, std::function<Outcome(const TaskRow&, const Flag&)> work);
  [[nodiscard]] Outcome do_verify(const TaskRow& row, const Flag& flag);
  [[nodiscard]] Outcome do_reserve(const TaskRow& row);
  [[nodiscard]] Outcome do_fetch(const TaskRow& row, const Flag& flag);
  [[nodiscard]] Outcome do_stage(const TaskRow& row, const Flag& flag);
  /// Yields how long the probation may last, from task.toml.
  [[nodiscard]] Result<int64_t> assemble(const TaskRow& row);
  void do_collect(const std::vector<TaskRow>& rows);
  [[nodiscard]] Result<bundle::Manifest> manifest_of(const Digest& digest) const;
  [[nodiscard]] std::vector<Seed> seeds_of(const TaskRow& row) const;
  [[nodiscard]] std::vector<std::string> origins_of(const TaskRow& row) const;
  [[nodiscard]] HttpOptions http_with(const Flag& flag) const;
  /// Newest metadata, then the published version that the row is about.
  [[nodiscard]] Result<bundle::Target> find_target(const TaskRow& row, Http& http);
  [[nodiscard]] Status check_target(const TaskRow& row, const bundle::Target& target) const;

  DeviceOptions options_;
  Journal& journal_;
  Host& host_;
  const Clock& clock_;
  Executor executor_;
  bundle::BlobStore store_;
  Agent* agent_ = nullptr;

  std::mutex refresh_mutex_;        ///< one refresh at a time; held over the network
  mutable std::mutex trust_mutex_;  ///< guards trust_; never held over the network
  bundle::Trust trust_;
  std::shared_mutex store_mutex_;  ///< effects share it, garbage collection takes it alone
  std::mutex live_mutex_;
  std::map<std::string, Digest> live_;   ///< by task: manifest of the update that began last
  std::map<std::string, Flag> running_;  ///< by task
};

}  // namespace walle::update
