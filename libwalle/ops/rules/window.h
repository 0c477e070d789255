#pragma once

#include "libwalle/ops/rules/define.h"

// Windows of convolution and pooling: kernel_shape, strides, dilations, pads, auto_pad, ceil_mode.
namespace walle::ops::rules {

/// The attributes of a window over `spatial` axes, checked.
struct WindowAttributes {
  Ints kernel, strides, dilations, pads;  ///< pads: begin of each axis, then end of each
  std::string auto_pad;                   ///< NOTSET, VALID, SAME_UPPER, SAME_LOWER
  bool ceil = false;
};

/// Requires: kernel has one number for each spatial axis. Errors: invalid_argument for wrong lengths or sizes;
/// unsupported for other than 1 to 3 axes.
[[nodiscard]] Result<WindowAttributes> window_attributes(const NodeView& node, Ints kernel);
/// The size of a window's result along spatial axis `axis` of an operand's dimension.
[[nodiscard]] Result<Dim> window_size(const NodeView& node, InferContext& context, const WindowAttributes& attributes,
                                      size_t axis, const Dim& dim);
/// A weight [M, C, kernel…] whose kernel sizes are symbols: the spatial sizes of the result are symbols as well. False,
/// and nothing set, if they are known. `channels`: of the result.
bool set_symbolic_window(InferContext& context, DType dtype, const Shape& x, const Dim& channels, const Shape& weight);
/// The window with pads resolved for concrete sizes. In ceil mode pads_end grows until the last window is inside.
[[nodiscard]] Result<Window> window(const NodeView& node, const WindowAttributes& attributes,
                                    std::span<const int64_t> spatial);
/// That the channels of the operand x and of the weight w (shapes known, rank 2 or more) fit the attribute group.
/// Errors: invalid_argument naming both shapes.
[[nodiscard]] Status check_groups(const NodeView& node, size_t x, size_t w);
/// Shape rule of pooling: [N, C, spatial…] by attribute kernel_shape; a second result holds positions, i64.
[[nodiscard]] Status infer_pool(const NodeView& node, InferContext& context);
/// The attributes that all kinds of pooling share: op and window.
[[nodiscard]] Result<PoolAttributes> pool_attributes(const NodeView& node, PoolOp op);

}  // namespace walle::ops::rules
