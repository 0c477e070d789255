#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ipc/bundle/trust.h"
#include "ipc/wire/ack.h"
#include "ipc/wire/enrol.h"
#include "ipc/wire/feature.h"
#include "ipc/wire/offer.h"
#include "ipc/wire/report.h"
#include "libwalle/base/value.h"
#include "tests/support/temporary_folder.h"

namespace walle::test {

/// A walle-broker of its own on free ports, with its own mosquitto and SQLite.
class BrokerProcess {
 public:
  explicit BrokerProcess(const std::string& folder);
  ~BrokerProcess();
  /// Starts it (again, on the same ports) and waits for READY; false if it does not come.
  [[nodiscard]] bool start();
  void kill_hard();
  /// SIGKILL to its mosquitto.
  void kill_mosquitto() const;

  struct Reply {
    int status = 0;
    std::string body;
    Value json;
  };
  Reply get(const std::string& path, bool admin = true) const;
  Reply post(const std::string& path, const Value& body, const std::string& idempotency_key = "") const;
  Reply range(const std::string& path, int64_t from, int64_t to) const;

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string state() const { return folder_ + "/state"; }
  [[nodiscard]] std::string api() const { return api_; }

 private:
  std::string folder_, api_, token_;
  int http_port_, https_port_, mqtt_port_;
  int pid_ = 0;
};

/// A git repository with a task "ocr", whose tags are signed by an author that the broker allows.
class Scenario {
 public:
  Scenario(const std::string& folder, const std::string& state);
  /// Commits version `version` of the task and tags it.
  void tag(const std::string& version, bool sign = true);
  /// git in the repository; the exit code.
  int git(const std::vector<std::string>& arguments) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  void write(const std::string& file, const std::string& text) const;

 private:
  std::string folder_, path_;
};

/// A device that does what the test says: real enrolment, TLS and certificates, real trust chain.
class ScriptedDevice {
 public:
  ScriptedDevice(const BrokerProcess& broker, std::string name, const std::string& token);
  ~ScriptedDevice();

  /// Connects anew; false if that fails within `seconds`.
  [[nodiscard]] bool connect(int seconds = 10);
  /// Sends a report with the whole profile and the outcomes that are not acknowledged.
  void report(bool with_profile = true);
  /// The next offer, its signature checked against the pinned root; nothing after `seconds`.
  [[nodiscard]] std::optional<wire::Offer> offer(int seconds = 5);
  /// The next offer that names a task, reporting as often as it takes: what a device's loop does.
  [[nodiscard]] std::optional<wire::OfferedTask> wait_for_task(int64_t above_counter, int seconds = 15);
  [[nodiscard]] std::optional<wire::Ack> ack(int seconds = 5);
  /// Walks the metadata from root to targets and fetches manifest and blobs; what went wrong, or empty.
  [[nodiscard]] std::string fetch(const wire::OfferedTask& task);
  /// Makes the task the installed one and queues its outcome.
  void settle(const wire::OfferedTask& task, bool good);
  void send_features(const std::vector<wire::Feature>& features);

  std::string name;
  wire::EnrolResponse enrolment;
  std::map<std::string, std::string> labels;
  std::vector<wire::InstalledTask> tasks;
  int64_t epoch = 0;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Repeats `condition` until it holds or the time is over.
template <class Condition>
bool eventually(Condition condition, int seconds = 10);
void pause_ms(int ms);

template <class Condition>
bool eventually(Condition condition, int seconds) {
  for (int i = 0; i < seconds * 20; ++i) {
    if (condition()) return true;
    pause_ms(50);
  }
  return condition();
}

}  // namespace walle::test
