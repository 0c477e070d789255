#pragma once

#include <string_view>

#include "libwalle/base/result.h"

namespace walle::bundle {

/// To be asked before toml++ 3.3 parses text from outside: its parser asserts (in release builds: assumes) that a table
/// header begins with a key, so "[" and then a line's end is undefined behaviour. Errors: invalid_argument with the
/// line.
[[nodiscard]] Status check_toml_headers(std::string_view toml);

}  // namespace walle::bundle
