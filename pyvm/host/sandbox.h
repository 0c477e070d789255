#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::pyvm {

/// Takes from this process and all threads it will have what no task needs: new programs and processes, networks,
/// signals, debuggers, more privileges, executable memory. Ordinary refusals are EPERM, absurd ones end the process.
/// Call it when Python has started and before any other thread.
[[nodiscard]] Status enter_sandbox();

/// What one VM's thread may open from now on.
struct Confinement {
  std::vector<std::string> read_only;   ///< folders
  std::vector<std::string> read_write;  ///< folders
  std::string working_folder;
  std::vector<int> keep_descriptors;  ///< stay open on this thread, as they are
};

/// Gives the calling thread descriptors, working folder and umask of its own (0, 1 and 2 are /dev/null there) and
/// bounds what it can open. Without Landlock in the kernel the last is left to the unit's file system rules.
[[nodiscard]] Status confine_thread(const Confinement& confinement);

/// Landlock version of this kernel; 0: none.
[[nodiscard]] int landlock_version();

}  // namespace walle::pyvm
