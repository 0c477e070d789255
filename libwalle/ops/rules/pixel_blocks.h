#pragma once

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// DepthToSpace and SpaceToDepth: the attribute blocksize of an operand of rank 4.
/// Errors: invalid_argument for another rank or a blocksize that is not 1 to 2^20.
[[nodiscard]] Result<int64_t> block_size(const NodeView& node);

}  // namespace walle::ops::rules
