#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_same(node, context));
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(1, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& w = *node.value(1).shape;
  if (x.size() != 3 || w.size() != 3 || !rules::may_equal(x[1], w[0]) || !rules::may_equal(w[1], Dim(1)))
    return rules::mismatch(node, 0, 1);
  context.set(1, dtype, {x[0], x[1], rules::minus(context, w[2], Dim(1))});
  return {};
}

/// The state stands before the operand; its last elements are the next state.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints x = WALLE_TRY(node.dims(0));
  const int64_t before = WALLE_TRY(node.dims(1))[2] - 1;
  const std::string activation = WALLE_TRY(node.attribute_string("activation", "none"));
  if (before < 0 || (activation != "none" && activation != "silu" && activation != "swish"))
    return node.fail(ErrorCode::invalid_argument, "an empty kernel, or an activation that is not silu, swish or none");
  rules::Formula f(builder);
  Term line = f.of(node.operand(0));
  if (before > 0) {
    const Term state = node.has(3) ? f.of(node.operand(3)) : f.number(line.dtype(), 0).expand(Ints{x[0], x[1], before});
    line = rules::concat({state, line}, 2);
  }
  std::vector<Term> operands = {line, f.of(node.operand(1))};
  if (node.has(2)) operands.push_back(f.of(node.operand(2)));
  Term y = f.op("Conv", operands, {{"group", x[1]}});
  if (activation != "none") y = y.cast(DType::f32).apply("Swish").cast(line.dtype());
  return f.results({y, line.slice(2, x[2], x[2] + before)});
}

}  // namespace

extern const OpDef kCausalConvWithState = {
    .name = "CausalConvWithState",
    .formula = "z = [state, x]; y[c,t] = activation(bias[c] + Σ_k w[c,k] z[c,t + k]); state' = the end of z",
    .op_class = OpClass::composite,
    .operands = {2, 4},
    .results = {1, 2},
    .attributes = "activation:string=none",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
