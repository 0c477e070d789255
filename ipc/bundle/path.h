#pragma once

#include <string>
#include <string_view>

#include "libwalle/base/result.h"

namespace walle::bundle {

inline constexpr size_t kMaxPathBytes = 1024;

/// The folder inside an installed bundle that holds Walle's own files: manifest.json, targets.json. No task file may
/// lie in it.
inline constexpr std::string_view kOwnFolder = ".walle";

/// Checks a path inside a bundle: relative, UTF-8 or ASCII without control characters and backslashes, no empty, "." or
/// ".." part, at most 32 parts, none in kOwnFolder. Errors: invalid_argument that names the path and the rule.
[[nodiscard]] Status check_path(std::string_view path);

/// Shell-like pattern over whole paths: `*` and `?` inside one part, `**` over any number of parts.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view path);

}  // namespace walle::bundle
