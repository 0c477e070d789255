#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "daemon/update/device_effects.h"
#include "ipc/bundle/installer.h"
#include "libwalle/base/file.h"
#include "tests/support/origin_writer.h"

namespace walle::update {

/// walled as one durable file per task: what runs survives a kill. Verifies each folder against the pinned root.
class FileHost final : public Host {
 public:
  FileHost(std::string folder, bundle::Root root) : folder_(std::move(folder)), root_(std::move(root)) {
    support::must(make_folders(folder_));
  }
  std::function<void(const std::string& task, const Installed& version)> activated;
  std::vector<std::string> extras;  ///< exclusive files that a bundle may hold

  void activate(const std::string& task, const Installed& version, const std::string& folder, Answer answer) override {
    const auto manifest = bundle::verify_folder(folder, version.manifest, root_, extras);
    if (!manifest) return answer(Event::refused, {.reason = manifest.error().message});
    support::must(write_file_atomically(folder_ + "/" + task, version.version));
    answer(Event::done, {});
    if (activated) activated(task, version);
  }
  void deactivate(const std::string& task, Answer answer) override {
    std::remove((folder_ + "/" + task).c_str());
    answer(Event::done, {});
  }
  [[nodiscard]] std::string running(const std::string& task) const {
    return read_text(folder_ + "/" + task).value_or("");
  }

 private:
  std::string folder_;
  bundle::Root root_;
};

/// A device with real effects; work is done at once, answers are handed over one after the other by `pump`.
class DeviceRig {
 public:
  DeviceRig(const std::string& folder, const std::string& root_json, const Clock& clock,
            std::function<void(const TaskRow&, Event)> on_transition = {})
      : host(folder + "/walled", root_of(root_json)) {
    support::must(make_folders(folder + "/state"));
    journal = open_sqlite_journal(folder + "/state/agent.db").value();
    effects = std::make_unique<DeviceEffects>(
        DeviceOptions{.state_folder = folder + "/state",
                      .runtime_version = "0.1.0",
                      .http = {.connect_seconds = 2},
                      .open_sealed = reversed},
        trust_of(*journal, root_json), *journal, host, clock,
        [this](auto work, auto then) {
          work();
          queue_.push_back(std::move(then));
        },
        bundle::BlobStore::open(folder + "/state").value());
    agent = std::make_unique<Agent>(*journal, *effects, clock,
                                    AgentOptions{.device = "d1", .on_transition = std::move(on_transition)});
    effects->attach(*agent);
    // The verdict comes after the switch was answered, as from the real walled.
    host.activated = [this](const std::string& task, const Installed& version) {
      queue_.push_back([this, task, version] { verdict(task, version.counter, !bad.contains(version.version)); });
    };
  }

  void verdict(const std::string& task, int64_t counter, bool good) {
    agent->verdict(task, counter, good, {.reason = good ? "" : "raised", .runs = 3});
  }
  /// Runs until nothing is left to answer.
  void pump() {
    while (!queue_.empty()) {
      const auto next = std::move(queue_.front());
      queue_.pop_front();
      next();
    }
  }
  [[nodiscard]] bool idle() const {
    for (const auto& [task, row] : agent->rows()) {
      if (row.state != State::idle) return false;
    }
    return true;
  }

  FileHost host;
  std::set<std::string> bad;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<DeviceEffects> effects;
  std::unique_ptr<Agent> agent;

 private:
  /// Stands for the device's key: sealed bytes are the plain ones backwards.
  static Result<std::vector<uint8_t>> reversed(std::span<const uint8_t> sealed) {
    return std::vector<uint8_t>(sealed.rbegin(), sealed.rend());
  }
  static bundle::Root root_of(const std::string& json) { return bundle::Trust::pin(json).value().root(); }
  static bundle::Trust trust_of(Journal& journal, const std::string& root_json) {
    const std::string saved = journal.get("trust").value();
    if (saved.empty()) return bundle::Trust::pin(root_json).value();
    return bundle::Trust::restore(parse_json(saved, {.bytes = 1 << 24}).value()).value();
  }
  std::deque<std::function<void()>> queue_;
};

/// An offer of what `origin` has published.
inline wire::Offer offer_of(const bundle::BuiltBundle& built, int64_t counter, const std::string& url) {
  wire::Offer out{.device = "d1", .epoch = counter, .origins = {url}};
  out.tasks = {{.scenario = built.manifest.scenario,
                .task = built.manifest.task,
                .version = built.manifest.version,
                .counter = counter,
                .manifest = built.digest,
                .manifest_bytes = static_cast<int64_t>(built.text.size())}};
  return out;
}

}  // namespace walle::update
