#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

/// The seam between walled's sessions and the tensor engine: engine_session.cpp where the engine is linked,
/// engine_none.cpp where walled was built without it (then it serves tasks only).
namespace walle::daemon {

/// A tensor as it came or goes: dense, C order. `keep` holds whatever `data` points into.
struct RawTensor {
  std::string name;
  std::string dtype;
  std::vector<int64_t> dims;
  const uint8_t* data = nullptr;
  size_t bytes = 0;
  std::shared_ptr<void> keep;
};

/// One session of a model. One run at a time, from any thread.
class EngineSession {
 public:
  virtual ~EngineSession() = default;
  /// Errors: invalid_argument naming the input; deadline_exceeded; those of the engine.
  [[nodiscard]] virtual Result<std::vector<RawTensor>> run(std::vector<RawTensor> inputs, int64_t deadline_us) = 0;
};

/// A model that is open. Thread-safe.
class EngineModel {
 public:
  virtual ~EngineModel() = default;
  /// {inputs, outputs: [{name, dtype, dims}], bytes}
  [[nodiscard]] virtual Value describe() const = 0;
  /// `options`: threads, precision, backend.
  [[nodiscard]] virtual Result<std::unique_ptr<EngineSession>> open_session(const Value& options) const = 0;
};

/// Verifies and maps a `.walle` file. From any thread; slow. Errors: data_loss, unsupported.
[[nodiscard]] Result<std::shared_ptr<const EngineModel>> open_model(int fd);

/// Has later sessions choose kernels by the device profile in a file, if there is one of this machine. Errors:
/// data_loss, permission_denied.
[[nodiscard]] Result<bool> use_device_profile(const std::string& path);

}  // namespace walle::daemon
