#pragma once

#include <string>

#include "libwalle/base/result.h"
#include "pyvm/interp/ref.h"

namespace walle::pyvm {

/// Imports FILES/ENTRY as a module (named after the file) with FILES and the entry's folder first in sys.path, and
/// returns its function `run`. Errors: with a Python exception set what the import raised; without one, a path that
/// leaves the folder or a module without `run`.
[[nodiscard]] Result<Ref> import_entry(const std::string& files, const std::string& entry);

/// Runs atexit functions, empties the modules whose file lies below `files` and collects garbage, so that what the task
/// wants to do at its end is done. Leaves no exception set.
void clear_modules_below(const std::string& files);

}  // namespace walle::pyvm
