#pragma once

#include <Python.h>

#include <string>
#include <string_view>

#include "libwalle/base/value.h"

namespace walle::pyvm {

/// Why a load or a run failed, as it goes to the journal and to the author.
struct TaskError {
  std::string kind;       ///< exception, deadline, memory, cancelled, bad_result
  std::string message;    ///< one line (or the exception's own text), with what to do where that is known
  std::string traceback;  ///< the author's frames with their lines, oldest first; empty if there are none
};
[[nodiscard]] Value to_value(const TaskError& error);

/// Takes the exception that is set (and clears it). Paths below `folder` are shown relative to it. Bounded: at most 40
/// frames and 3 chained exceptions, 4 KiB of message. MemoryError → kind memory. Never leaves an exception set.
[[nodiscard]] TaskError take_exception(std::string_view folder);

}  // namespace walle::pyvm
