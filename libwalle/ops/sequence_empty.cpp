#include "libwalle/ops/rules/containers.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

Result<DType> dtype_of(const NodeView& node) {
  constexpr int64_t kOnnxFloat = 1;
  const auto dtype = rules::dtype_of_onnx(WALLE_TRY(node.attribute_int("dtype", kOnnxFloat)));
  if (!dtype) return node.fail(ErrorCode::unsupported, "sequences of this type are not supported");
  return *dtype;
}

Status infer(const NodeView& node, InferContext& context) {
  context.set_container(0, graph::ValueKind::sequence, WALLE_TRY(dtype_of(node)));
  return {};
}

rules::Values carry_out(const NodeView& node, std::span<const engine::AnyValue>, graph::BlockRunner&) {
  return rules::one_sequence(node, WALLE_TRY(dtype_of(node)), {});
}

}  // namespace

extern const OpDef kSequenceEmpty = {.name = "SequenceEmpty",
                                     .formula = "y = []",
                                     .op_class = OpClass::container,
                                     .operands = {0, 0},
                                     .results = {1, 1},
                                     .attributes = "dtype:int=1",
                                     .infer = infer,
                                     .carry_out = carry_out};

}  // namespace walle::ops
