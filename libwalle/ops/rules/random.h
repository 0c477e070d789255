#pragma once

#include "libwalle/ops/rules/formula.h"

// Random numbers. With a seed every run gives the same; without, every run draws anew.
namespace walle::ops::rules {

/// Uniform in [0, 1), of dtype f32 or f64, by the node's seed.
[[nodiscard]] Result<Term> uniform(Formula& f, const NodeView& node, std::span<const int64_t> dims,
                                   DType dtype = DType::f32);
/// Normal with mean 0 and deviation 1.
[[nodiscard]] Result<Term> normal(Formula& f, const NodeView& node, std::span<const int64_t> dims,
                                  DType dtype = DType::f32);
/// f64 for f64, else f32: what numbers are drawn in.
[[nodiscard]] DType drawing_dtype(DType dtype);
/// Attribute dtype, or `fallback`. Errors: unsupported for a type that Walle lacks.
[[nodiscard]] Result<DType> dtype_attribute(const NodeView& node, DType fallback);
/// Shape rules: dims by attribute "shape", or those of operand 0.
[[nodiscard]] Status infer_random(const NodeView& node, InferContext& context);
[[nodiscard]] Status infer_random_like(const NodeView& node, InferContext& context);

}  // namespace walle::ops::rules
