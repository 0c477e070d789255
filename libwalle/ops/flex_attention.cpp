#include <cmath>

#include "libwalle/ops/rules/attention.h"
#include "libwalle/ops/rules/inline.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

/// What scores and probabilities are computed in.
Result<DType> precision_of(const NodeView& node) {
  const int64_t type = WALLE_TRY(node.attribute_int("softmax_precision", 0));
  if (type == 0) return WALLE_TRY(node.dtype(0)) == DType::f64 ? DType::f64 : DType::f32;
  const auto dtype = rules::dtype_of_onnx(type);
  if (!dtype || !is_float(*dtype)) return node.fail(ErrorCode::invalid_argument, "softmax_precision is no float type");
  return *dtype;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& q = *node.value(0).shape;
  const Shape& k = *node.value(1).shape;
  const Shape& v = *node.value(2).shape;
  if (q.size() != 4 || k.size() != 4 || v.size() != 4 || !rules::may_equal(q[3], k[3]))
    return rules::mismatch(node, 0, 1);
  context.set(0, dtype, {q[0], q[1], q[2], v[3]});
  const DType precision = WALLE_TRY(precision_of(node));
  std::vector<graph::Value> inputs = {{.name = "scores", .dtype = precision, .shape = Shape{q[0], q[1], q[2], k[2]}}};
  for (size_t i = 3; i < node.operand_count(); ++i) inputs.push_back(node.value(i));
  for (size_t block = 0; block < node.node().blocks.size(); ++block) WALLE_TRY(context.infer_block(block, inputs));
  return {};
}

/// The scores after `block`; operands behind the third are its captures.
Result<Term> modified(Formula& f, const NodeView& node, size_t block, Term x) {
  std::vector<ValueId> inputs = {x.id()};
  const std::vector<ValueId> operands = node.node().operands;
  inputs.insert(inputs.end(), operands.begin() + 3, operands.end());
  if (f.failed()) return x;
  const auto outputs = WALLE_TRY(rules::inline_block(node, f.builder(), block, inputs));
  if (outputs.size() != 1) return node.fail(ErrorCode::invalid_argument, "a modifier needs one output");
  return f.of(outputs[0]);
}

/// Blocks come in the order score_mod, prob_mod.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const DType wide = WALLE_TRY(precision_of(node));
  const Ints q = WALLE_TRY(node.dims(0));
  const float fallback = 1 / std::sqrt(static_cast<float>(q[3]));
  const auto scale = static_cast<double>(WALLE_TRY(node.attribute_float("scale", fallback)));
  const bool has_scores = WALLE_TRY(node.attribute_int("score_mod", 0)) != 0;
  const size_t blocks = node.node().blocks.size();
  Formula f(builder);
  Term scores = rules::attention_scores(f.of(node.operand(0)).cast(wide), f.of(node.operand(1)).cast(wide)) * scale;
  if (has_scores) scores = WALLE_TRY(modified(f, node, 0, scores));
  Term p = scores.apply("Softmax", {{"axis", int64_t{-1}}});
  if (blocks > (has_scores ? 1U : 0U)) p = WALLE_TRY(modified(f, node, blocks - 1, p));
  return f.results({rules::attention_values(p, f.of(node.operand(2)).cast(wide)).cast(dtype)});
}

}  // namespace

extern const OpDef kFlexAttention = {
    .name = "FlexAttention",
    .domain = "ai.onnx.preview",
    .formula = "y = prob_mod(softmax(score_mod(scale * q kᵀ))) v",
    .op_class = OpClass::composite,
    .operands = {3, -1},
    .results = {1, 1},
    .attributes = "captures:int=0, prob_mod:int=0, scale:float?, score_mod:int=0, softmax_precision:int=0",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
