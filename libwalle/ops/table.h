#pragma once

#include <span>

#include "libwalle/graph/op.h"

namespace walle::ops {

/// Every operator of this build, sorted by the name of its file. Made by CMake out of libwalle/ops/*.cpp.
[[nodiscard]] std::span<const graph::OpDef* const> op_table();

}  // namespace walle::ops
