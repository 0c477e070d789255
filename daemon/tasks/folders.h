#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/tasks/version.h"
#include "libwalle/base/result.h"

namespace walle::daemon {

/// Bounds on a task's folder.
inline constexpr size_t kMaxTaskFiles = 16'384;
inline constexpr int64_t kMaxTaskBytes = int64_t{4} << 30;

/// Where versions lie: STATE/tasks/<task>/<version>-<counter>/, STATE/tasks/<task>/current (a link, for people and
/// tools; the ledger decides), STATE/data/<task>/ (the task's own files). Thread: `stage` from any thread.
class Folders {
 public:
  explicit Folders(std::string state) : state_(std::move(state)) {}

  /// Copies the folder behind `fd` into a new staging folder and syncs it; what is there afterwards nobody else can
  /// write. Links, devices, sockets and pipes are refused. Errors: invalid_argument naming the path;
  /// resource_exhausted over the bounds or on a full disk.
  [[nodiscard]] Result<std::string> stage(int fd) const;
  /// Gives a staged folder its place (replacing one that is there) and syncs the names.
  [[nodiscard]] Status place(const std::string& staged, const VersionKey& key) const;
  /// Points `current` at a version, atomically.
  [[nodiscard]] Status link_current(const VersionKey& key) const;

  [[nodiscard]] std::string of(const VersionKey& key) const;
  [[nodiscard]] std::string task_folder(const std::string& task) const { return state_ + "/tasks/" + task; }
  /// The task's data folder, made if absent.
  [[nodiscard]] Result<std::string> data(const std::string& task) const;
  /// Bytes of the files in it; INT64_MAX if they are more than kMaxTaskFiles.
  [[nodiscard]] int64_t data_bytes(const std::string& task) const;
  /// Removes what is in it.
  void clear_data(const std::string& task) const;
  void remove_version(const VersionKey& key) const;
  void remove_task(const std::string& task) const;
  /// Removes staging folders that a crash left.
  void clean() const;

 private:
  std::string state_;
};

/// Files of a folder, as sorted relative paths.
[[nodiscard]] std::vector<std::string> files_of(const std::string& folder);

}  // namespace walle::daemon
