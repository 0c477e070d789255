#include <filesystem>

#include "cloud-broker/core/service.h"
#include "cloud-broker/tasks/simulation.h"
#include "ipc/bundle/installer.h"

namespace walle::core {
namespace {

/// The task's folder as devices get it, rebuilt from the blobs: the simulation needs no git.
Status rebuild(const bundle::BlobStore& blobs, const std::string& manifest_sha256, const std::string& folder) {
  const Digest digest = WALLE_TRY(digest_from_hex(manifest_sha256));
  const auto bytes = WALLE_TRY(blobs.get(digest, bundle::kMaxManifestBytes));
  const std::string text(bytes.begin(), bytes.end());
  WALLE_TRY(bundle::remove_folder(folder));
  return bundle::assemble(blobs, text, "{}", {}, folder);
}

}  // namespace

void Service::simulate_forever(std::stop_token stop) {
  while (!stop.stop_requested()) {
    int64_t counter = 0;
    {
      std::unique_lock lock(simulations_mutex_);
      if (!simulations_wake_.wait(lock, stop, [this] { return !simulations_.empty(); })) return;
      counter = simulations_.front();
      simulations_.pop_front();
    }
    simulate_one(counter);
  }
}

void Service::simulate_one(int64_t counter) {
  std::string manifest;
  {
    const std::lock_guard lock(mutex_);
    const rollout::Release* release = find(counter);
    if (release == nullptr || release->state != rollout::State::draft) return;
    manifest = release->manifest_sha256;
  }
  const std::string folder = config_.state_dir + "/work/simulate-" + std::to_string(counter);
  tasks::Simulation simulation;
  const Status built = rebuild(*blobs_, manifest, folder);
  if (built) {
    simulation = tasks::simulate(folder, config_.simulation_timeout_us);
  } else {
    simulation.summary = built.error().message;
  }
  const Status removed = bundle::remove_folder(folder);
  const std::lock_guard lock(mutex_);
  if (!removed) note(removed.error().message);
  const Value report = {{"passed", simulation.passed}, {"summary", simulation.summary}, {"report", simulation.report}};
  const Status saved = store_->save_simulation(counter, simulation.passed, report, clock_.wall_us());
  if (!saved) return note(saved.error().message);
  const auto event = simulation.passed ? rollout::Event::simulation_passed : rollout::Event::simulation_failed;
  const Status moved = move(counter, event, "simulator", "simulation: " + simulation.summary);
  if (!moved) return note(moved.error().message);
  if (simulation.passed) evaluate(counter);
}

}  // namespace walle::core
