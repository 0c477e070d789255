#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::bundle {

enum class Side : uint8_t { device, cloud };
enum class Isolation : uint8_t { shared, process };

/// Bounds of one run of a task; the device's own limits win where they are lower.
struct TaskLimits {
  int64_t time_us = 5'000'000;
  int64_t memory_bytes = 256LL << 20;
  int64_t data_bytes = 16LL << 20;
};

/// What a task may use beyond its bundle and its own data folder.
struct TaskPermissions {
  std::vector<std::string> tunnel;  ///< feature names it may send
  std::vector<std::string> store;   ///< tables of collective storage it may use
  Isolation isolation = Isolation::shared;
};

/// When a new version counts as good.
struct Probation {
  int64_t runs = 3;
  int64_t failures = 0;
  int64_t within_us = 600'000'000;
};

/// The contents of task.toml (shared vocabulary of author, broker and device).
struct TaskManifest {
  std::string name;
  std::string version;  ///< MAJOR.MINOR.PATCH
  std::string entry = "main.py";
  Side side = Side::device;
  std::vector<std::string> on;                ///< trigger conditions; any of them
  std::map<std::string, std::string> models;  ///< name → path in the bundle (.onnx, .tflite or .walle)
  std::vector<std::string> shared_files;      ///< glob patterns
  std::vector<std::string> exclusive_files;   ///< patterns with ${device.id}
  TaskLimits limits;
  TaskPermissions permissions;
  Probation probation;
};

/// Parses task.toml. Paths must be relative and stay inside the folder. The conditions' grammar is not checked here
/// (streamd/trigger does). Errors: invalid_argument with the line; an unknown key names its nearest known neighbours.
[[nodiscard]] Result<TaskManifest> parse_task_manifest(std::string_view toml);

/// Reads FOLDER/task.toml and checks that entry and models exist.
[[nodiscard]] Result<TaskManifest> read_task_folder(const std::string& folder);

}  // namespace walle::bundle
