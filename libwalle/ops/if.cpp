#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using graph::ValueKind;

/// What is known of a result whichever branch runs.
Status join(const NodeView& node, InferContext& context, size_t result, const graph::Value& a, const graph::Value& b) {
  const bool container = a.kind != ValueKind::tensor || b.kind != ValueKind::tensor;
  if (container) {
    // Which kind it is may depend on the branch: a sequence or an optional one.
    context.set_container(result, a.kind == b.kind ? a.kind : ValueKind::optional, a.dtype ? a.dtype : b.dtype);
    return {};
  }
  if (!a.dtype || !b.dtype) {
    context.set_unknown(result);
    return {};
  }
  if (*a.dtype != *b.dtype)
    return node.fail(ErrorCode::invalid_argument,
                     "the branches give different types for output " + std::to_string(result));
  if (!a.shape || !b.shape || a.shape->size() != b.shape->size()) {
    context.set_unknown_shape(result, *a.dtype);
    return {};
  }
  Shape shape = *a.shape;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != (*b.shape)[i]) shape[i] = context.fresh("branch");
  }
  context.set(result, *a.dtype, std::move(shape));
  return {};
}

void take(InferContext& context, size_t result, const graph::Value& value) {
  if (value.kind != ValueKind::tensor) {
    context.set_container(result, value.kind, value.dtype);
    return;
  }
  if (!value.dtype) {
    context.set_unknown(result);
    return;
  }
  if (!value.shape) {
    context.set_unknown_shape(result, *value.dtype);
    return;
  }
  context.set(result, *value.dtype, *value.shape);
  if (value.known) context.set_known(result, *value.known);
}

/// Block 0 or 1 if the condition is known, else nullopt.
std::optional<size_t> taken(const NodeView& node) {
  if (const engine::Tensor* constant = node.constant(0); constant != nullptr && constant->count() == 1)
    return *static_cast<const uint8_t*>(constant->data()) != 0 ? 0 : 1;
  const auto condition = node.known(0);
  if (!condition || condition->size() != 1 || !(*condition)[0].known()) return std::nullopt;
  return (*condition)[0].value() != 0 ? 0 : 1;
}

Status infer(const NodeView& node, InferContext& context) {
  if (WALLE_TRY(node.dtype(0)) != DType::boolean)
    return node.fail(ErrorCode::invalid_argument, "the condition must be boolean");
  if (node.node().blocks.size() != 2) return node.fail(ErrorCode::invalid_argument, "needs two branches");
  std::vector<graph::Value> captures;
  for (size_t i = 1; i < node.operand_count(); ++i) captures.push_back(node.value(i));
  const auto branch = taken(node);
  std::vector<std::vector<graph::Value>> outputs(2);
  for (size_t i = 0; i < 2; ++i) {
    // A branch that is not taken may be wrong for these shapes: that is what the condition is for.
    if (branch && *branch != i) continue;
    auto inferred = context.infer_block(i, captures);
    // Nor is it an error where nobody knows yet which one that is.
    if (!inferred && !branch && inferred.error().code == ErrorCode::invalid_argument) {
      for (size_t r = 0; r < node.result_count(); ++r) context.set_unknown(r);
      return {};
    }
    outputs[i] = WALLE_TRY(std::move(inferred));
    if (outputs[i].size() < node.result_count())
      return node.fail(ErrorCode::invalid_argument, "a branch has fewer outputs than the node has results");
  }
  for (size_t i = 0; i < node.result_count(); ++i) {
    if (!branch) {
      WALLE_TRY(join(node, context, i, outputs[0][i], outputs[1][i]));
    } else {
      take(context, i, outputs[*branch][i]);
    }
  }
  return {};
}

}  // namespace

extern const OpDef kIf = {.name = "If",
                          .formula = "y = c ? then(…) : else(…)",
                          .op_class = OpClass::control,
                          .operands = {1, -1},
                          .results = {1, -1},
                          .attributes = "captures:int(0..16777216)=0",
                          .infer = infer};

}  // namespace walle::ops
