#pragma once

#include <Python.h>

#include <span>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::pyvm {

/// A module that is part of the program, as CPython's inittab wants it.
struct BuiltinModule {
  const char* name;
  PyObject* (*init)();
};

struct RuntimeOptions {
  std::string stdlib;  ///< absolute folder of the tailored standard library; the only path that is searched
  std::span<const BuiltinModule> modules;
};

/// CPython, once a process: isolated (no environment, no site, no user folder, no bytecode written, no signal
/// handlers).
class Runtime {
 public:
  /// Starts it on the calling thread, which keeps no GIL afterwards. A second call is ok and does nothing.
  /// Errors: failed_precondition with CPython's reason; not_found if the stdlib folder is not there.
  [[nodiscard]] static Status start(const RuntimeOptions& options);
  [[nodiscard]] static const std::string& stdlib();
  /// Names that a task may import besides its own files, for messages: sorted, without private ones.
  [[nodiscard]] static const std::vector<std::string>& importable();
};

}  // namespace walle::pyvm
