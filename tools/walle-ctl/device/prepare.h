#pragma once

#include <string>
#include <utility>

#include "ipc/bundle/task_manifest.h"
#include "libwalle/base/result.h"

namespace walle::ctl {

/// An installable copy of an author's task folder; removed at the end of its life. Move only.
class PreparedTask {
 public:
  /// Copies DIR (links are followed) and puts a .walle file in the place of each .onnx and .tflite model. Conversions
  /// are done by walle-model and kept in $XDG_CACHE_HOME/walle/models by the hash of model and converter.
  /// Errors: those of task.toml; walle-model's own words.
  [[nodiscard]] static Result<PreparedTask> make(const std::string& folder);
  PreparedTask(PreparedTask&& other) noexcept
      : root_(std::exchange(other.root_, {})), manifest_(std::move(other.manifest_)) {}
  PreparedTask& operator=(PreparedTask&&) = delete;
  ~PreparedTask();

  [[nodiscard]] std::string folder() const { return root_ + "/task"; }
  [[nodiscard]] const bundle::TaskManifest& manifest() const { return manifest_; }

 private:
  PreparedTask(std::string root, bundle::TaskManifest manifest)
      : root_(std::move(root)), manifest_(std::move(manifest)) {}
  std::string root_;
  bundle::TaskManifest manifest_;
};

}  // namespace walle::ctl
