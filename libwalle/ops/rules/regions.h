#pragma once

#include "libwalle/ops/rules/define.h"

// Building regions for transforms of any rank.
namespace walle::ops::rules {

/// Appends the copy of a box of any rank: axes of size 1 vanish, neighbours that continue each other are joined, and
/// where more than Region::kMaxAxes remain the outermost become several regions. Errors: unsupported for more than 4096
/// regions. An empty box appends nothing.
[[nodiscard]] Status add_box(std::vector<Region>& regions, const Region& origin, std::vector<Axis> axes);

/// One region that copies `count` elements in order: what Reshape does.
[[nodiscard]] std::vector<Region> linear(int64_t count);
/// The number of elements of dims.
[[nodiscard]] int64_t count(std::span<const int64_t> dims);
/// Row-major strides for any rank.
[[nodiscard]] Ints strides(std::span<const int64_t> dims);
/// `regions` of operators whose result 0 is operand 0 in the same order.
[[nodiscard]] Result<std::vector<Region>> same_order(const NodeView& node, size_t result);

}  // namespace walle::ops::rules
