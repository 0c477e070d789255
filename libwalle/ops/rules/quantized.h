#pragma once

#include "libwalle/ops/rules/define.h"

// 8-bit contractions with their epilogue: the internal operators QuantizedConv and QuantizedMatMul.
// Operands: x, w, zero points of both, bias (i32), scale (f32; scalar or per channel).
namespace walle::ops::rules {

/// "to" is the result's dtype: i32 without a scale; f32 with one; u8 and i8 are rounded and shifted by "zero" besides.
/// "low" and "high" clamp in between, in steps of the result.
inline constexpr std::string_view kQuantizedAttributes = "to:string, zero:int=0, low:float?, high:float?";

[[nodiscard]] Result<DType> quantized_dtype(const NodeView& node);
/// The attributes as epilogue; operands 4 and 5 are bias and scale.
[[nodiscard]] Status quantized_epilogue(const NodeView& node, CoreForm& form);
/// a_scale * b_scale / y_scale, the step of the exact sum in steps of the result. b_scale may be a vector.
[[nodiscard]] Result<ValueId> quantized_scale(GraphBuilder& builder, ValueId a, ValueId b, ValueId y);
/// The attributes of a result of this dtype with this zero point.
[[nodiscard]] Attributes quantized_result(Attributes attributes, DType dtype, int64_t zero);
/// The only element of a constant 8-bit operand; nullopt if it is none.
[[nodiscard]] std::optional<int64_t> constant_zero(const NodeView& node, size_t operand);

}  // namespace walle::ops::rules
