#include "libwalle/ops/rules/random.h"

#include <numbers>

#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops::rules {

Result<Term> uniform(Formula& f, const NodeView& node, std::span<const int64_t> dims, DType dtype) {
  Attributes attributes = {{"shape", Ints(dims.begin(), dims.end())}, {"dtype", onnx_type(dtype)}};
  const auto seed = node.node().attributes.find("seed");
  if (seed != node.node().attributes.end()) {
    if (const auto* whole = std::get_if<int64_t>(&seed->second)) {  // Dropout's seed is an integer
      attributes["seed"] = static_cast<float>(*whole);
    } else {
      attributes["seed"] = WALLE_TRY(node.attribute_float("seed", 0));
    }
  }
  return f.op("RandomUniform", std::span<const Term>(), std::move(attributes));
}

/// Box and Muller's transform of two uniform numbers.
Result<Term> normal(Formula& f, const NodeView& node, std::span<const int64_t> dims, DType dtype) {
  Ints both(dims.begin(), dims.end());
  both.insert(both.begin(), 2);
  const Term pair = WALLE_TRY(uniform(f, node, both, dtype));
  const Term radius = ((1.0 - pair.slice(0, 0, 1)).apply("Log") * -2.0).apply("Sqrt");
  const Term angle = pair.slice(0, 1, 2) * (2 * std::numbers::pi);
  return (radius * angle.apply("Cos")).reshape(dims);
}

DType drawing_dtype(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

Result<DType> dtype_attribute(const NodeView& node, DType fallback) {
  if (!node.has_attribute("dtype")) return fallback;
  const int64_t type = WALLE_TRY(node.attribute_int("dtype", 1));
  const auto dtype = dtype_of_onnx(type);
  if (!dtype) return node.fail(ErrorCode::unsupported, "dtype is ONNX type " + std::to_string(type));
  return *dtype;
}

Status infer_random(const NodeView& node, InferContext& context) {
  const Ints dims = WALLE_TRY(node.attribute_ints("shape", {}));
  for (const int64_t dim : dims) {
    if (dim < 0) return node.fail(ErrorCode::invalid_argument, "the shape has a negative size");
  }
  context.set(0, WALLE_TRY(dtype_attribute(node, DType::f32)), graph::to_shape(dims));
  return {};
}

Status infer_random_like(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(dtype_attribute(node, WALLE_TRY(node.dtype(0))));
  if (node.value(0).shape) {
    context.set(0, dtype, *node.value(0).shape);
  } else {
    context.set_unknown_shape(0, dtype);
  }
  return {};
}

}  // namespace walle::ops::rules
