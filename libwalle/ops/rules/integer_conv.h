#pragma once

#include "libwalle/ops/rules/define.h"

// Convolution of 8-bit integers.
namespace walle::ops::rules {

/// An 8-bit operand with its zero point (kNoValue: 0).
struct Quantised {
  ValueId values = kNoValue;
  ValueId zero = kNoValue;
};

/// Shape rule of a convolution with operand x and weight w.
[[nodiscard]] Status infer_integer_conv(const NodeView& node, InferContext& context, size_t x, size_t w, DType dtype);
/// The exact sums in i32, by the node's window attributes.
[[nodiscard]] Result<ValueId> integer_conv(const NodeView& node, GraphBuilder& builder, Quantised x, Quantised w);

inline constexpr std::string_view kIntegerConvAttributes =
    "auto_pad:string=NOTSET, dilations:ints(1..)?, group:int(1..)=1, kernel_shape:ints(1..)?, pads:ints?, "
    "strides:ints(1..)?";

}  // namespace walle::ops::rules
