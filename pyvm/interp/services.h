#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::pyvm {

enum class LogLevel : uint8_t { debug, info, warning, error };
[[nodiscard]] std::string_view name_of(LogLevel level);

/// What a task may ask of the process around it. One object a VM; implemented by pyvm/host and by tests.
/// Thread: called from the VM's own thread, without the GIL unless said otherwise.
class Services {
 public:
  virtual ~Services() = default;
  /// A method of ipc/host/README.md ("store.append", …). Blocks until the answer is there; looks at `stopped` at least
  /// every 20 ms and returns `cancelled` once it is true.
  [[nodiscard]] virtual Result<Value> call(std::string_view method, Value arguments,
                                           const std::function<bool()>& stopped) = 0;
  /// A line for the journal. May be called with the GIL: it must not block for long.
  virtual void log(LogLevel level, std::string_view text, Value fields) = 0;
  /// A read-only descriptor of a model that was handed over with the task; stays open. Errors: not_found, naming those
  /// there are.
  [[nodiscard]] virtual Result<int> model(const std::string& name) = 0;
  /// Threads that the engine may use in this process.
  [[nodiscard]] virtual int threads() const = 0;
};

}  // namespace walle::pyvm
