#include <limits>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

// Canonical: bounds as attributes (as before opset 11). Bounds that are only known when it runs become Max and Min.
Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  for (size_t i = 1; i < node.operand_count(); ++i) {
    if (node.has(i) && WALLE_TRY(node.dtype(i)) != dtype)
      return node.fail(ErrorCode::invalid_argument, "a bound has another type than the operand");
  }
  return rules::infer_same(node, context);
}

bool is_exact(DType dtype, double bound) { return is_float(dtype) || bits_of(dtype) <= 32 || bound == 0; }

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const ValueId x = node.operand(0);
  if (!node.has(1) && !node.has(2)) {
    if (node.operand_count() == 1 && (node.has_attribute("min") || node.has_attribute("max")))
      return rules::canonical();
    return rules::replaced(builder.one("Identity", {x}));
  }
  const DType dtype = WALLE_TRY(node.dtype(0));
  Attributes bounds;
  bool constant = true;
  for (size_t i = 1; i <= 2; ++i) {
    if (!node.has(i)) continue;
    const engine::Tensor* bound = node.constant(i);
    constant = constant && bound != nullptr && bound->count() == 1 && is_exact(dtype, rules::element(*bound, 0));
    if (constant) bounds[i == 1 ? "min" : "max"] = static_cast<float>(rules::element(*bound, 0));
  }
  if (constant && dtype == DType::f32) return rules::replaced(builder.one("Clip", {x}, bounds));
  ValueId y = x;
  if (node.has(1)) y = WALLE_TRY(builder.one("Max", {y, node.operand(1)}));
  if (node.has(2)) y = WALLE_TRY(builder.one("Min", {y, node.operand(2)}));
  return rules::replaced(y);
}

Result<CoreForm> atomic(const NodeView& node) {
  constexpr float kNone = std::numeric_limits<float>::infinity();
  return rules::unary_form(node, UnaryOp::clip, "min", -kNone, "max", kNone);
}

}  // namespace

extern const OpDef kClip = {.name = "Clip",
                            .formula = "y = min(max(x, lower), upper)",
                            .op_class = OpClass::atomic,
                            .operands = {1, 3},
                            .results = {1, 1},
                            .attributes = "min:float?, max:float?",
                            .infer = infer,
                            .decompose = decompose,
                            .atomic = atomic};

}  // namespace walle::ops
