#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/tasks/folders.h"
#include "daemon/tasks/ledger.h"
#include "daemon/tasks/version.h"
#include "ipc/bundle/task_manifest.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/result.h"

namespace walle::daemon {

/// The current version of a task, ready to run.
struct Installed {
  VersionRow row;
  bundle::TaskManifest manifest;
  std::string folder;
  std::string scenario;  ///< by its signed manifest; empty for a folder that was installed by hand
  std::optional<VersionKey> previous;
  /// False: it failed its probation and there is nothing to return to; its conditions are not armed.
  [[nodiscard]] bool enabled() const { return row.state != VersionState::failed; }
};

/// A folder that was copied and checked, not yet current.
struct Staged {
  std::string path;
  bundle::TaskManifest manifest;
};

/// Where a model of an installed task lies: .onnx and .tflite were replaced by a .walle file of the same stem when the
/// bundle was made. Errors: failed_precondition, naming the file that is missing and how it is made.
[[nodiscard]] Result<std::string> model_file(const std::string& folder, const std::string& path);

/// Copies and checks a task's folder: manifest, entry, models as .walle, conditions. From any thread; slow.
[[nodiscard]] Result<Staged> stage_folder(const Folders& folders, int fd);

struct ReleaseRequest {
  std::string task, version;
  int64_t counter = 0;
  std::string folder;    ///< where netd staged it
  std::string manifest;  ///< SHA-256 in hexadecimal
  std::string root;      ///< file with the pinned root of trust
  std::string device;    ///< id of this device, for exclusive files
};
/// Copies a released bundle and verifies the copy against the publisher's signature, whatever netd said of it.
[[nodiscard]] Result<Staged> stage_release(const Folders& folders, const ReleaseRequest& request);

/// The device's tasks. Truth is the ledger; folders without a row are left-overs. Loop thread only.
class Registry {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Registry>> open(const std::string& state, const Clock& clock);

  [[nodiscard]] const Folders& folders() const { return folders_; }
  [[nodiscard]] Ledger& ledger() { return *ledger_; }
  [[nodiscard]] const std::map<std::string, Installed>& tasks() const { return tasks_; }
  [[nodiscard]] const Installed* find(const std::string& task) const;

  /// Makes a staged folder the current version. `probation` false: it counts as good at once.
  [[nodiscard]] Result<const Installed*> activate(const Staged& staged, int64_t counter, const std::string& source,
                                                  const std::string& manifest, bool probation);
  [[nodiscard]] Status remove(const std::string& task, const std::string& reason);
  [[nodiscard]] Status roll_back(const std::string& task, const std::string& reason);

  /// Keeps a run's record, and acts on the verdict that it brings. When the disk refuses it, it stays in memory (the
  /// newest 1024 do) and catch_up tries again.
  [[nodiscard]] Status finish_run(const Value& record);
  [[nodiscard]] Status catch_up();
  /// Records that are not on the disk yet.
  [[nodiscard]] size_t behind() const { return unkept_.size(); }
  /// Ends probations whose time is over; returns when the next one ends (wall clock), or INT64_MAX.
  int64_t check_probations();

  /// Called after another version of a task is current, or its state is another, or it was removed (nullptr).
  std::function<void(const std::string& task, const Installed*)> changed;
  /// Called with each verdict.
  std::function<void(const VersionRow&)> judged;
  /// What to tell an administrator about opening, or empty.
  [[nodiscard]] const std::string& notice() const { return notice_; }

 private:
  Registry(std::string state, const Clock& clock) : folders_(std::move(state)), clock_(clock) {}
  [[nodiscard]] Status reload(const std::string& task);
  [[nodiscard]] Status apply(const VersionRow& row);
  void drop_old_versions(const std::string& task);

  Folders folders_;
  const Clock& clock_;
  std::unique_ptr<Ledger> ledger_;
  std::map<std::string, Installed> tasks_;
  std::deque<Value> unkept_;
  std::string notice_;
};

}  // namespace walle::daemon
