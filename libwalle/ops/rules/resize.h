#pragma once

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// Scales (output / input) of all axes, region of interest and result sizes of a Resize node, from operands or, in its
/// canonical form, attributes.
struct ResizeSizes {
  std::vector<double> scales;
  std::vector<double> roi;  ///< start of each axis, then end; empty: none
  Ints sizes;
};

/// nullopt if they depend on data that is not known yet. Errors: invalid_argument for wrong lengths or numbers.
[[nodiscard]] Result<std::optional<ResizeSizes>> resize_sizes(const NodeView& node, const Ints& dims);

}  // namespace walle::ops::rules
