#pragma once

#include <string>
#include <vector>

#include "libwalle/base/value.h"

namespace walle::workbench {

/// Rows of cells as text: columns padded to their widest cell, cut so that a row fits `width` characters (0: the
/// terminal's, or unbounded if stdout is none); the last column is the one that is cut. The first row is the head.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, size_t width = 0);

/// One JSON document on stdout, on one line.
void print_json(const Value& value);

/// "12.3 us", "4.56 ms" with three digits.
[[nodiscard]] std::string microseconds(double us);

}  // namespace walle::workbench
