#pragma once

#include <optional>

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// How converters write row i of a list in a loop: concatenation of x[:i], the row and x[i+1:], parts whose sizes
/// depend on data although the whole has x's. Where the parts are slices of one x that has the file's shape of the
/// result, x with that row put in its place; else nullopt.
[[nodiscard]] Result<std::optional<ValueId>> row_put_in(Operation& op, std::span<const ValueId> parts, int64_t axis);

}  // namespace walle::import::tflite::rules
