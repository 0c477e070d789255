#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle::workbench {

class CommandLine;

/// What a verb does once its command line is read: the exit code (0 done, 1 refused or failed), or an error.
using Command = std::function<Result<int>()>;

/// One verb: `walle-model NAME`. verbs/<name>.cpp defines `extern const VerbDef k<Name>`; the rest follows.
struct VerbDef {
  std::string_view name;
  std::string_view summary;  ///< one line, starts with a capital, ends without a full stop
  std::string_view details;  ///< examples, printed below the options
  /// Declares the verb's options; the returned command reads them.
  Command (*attach)(CommandLine& line);
};

/// All verbs, sorted by file name (generated).
[[nodiscard]] std::span<const VerbDef* const> verbs();

}  // namespace walle::workbench
