#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Result<Ints> categories_of(const NodeView& node) {
  if (node.has_attribute("cats_strings"))
    return node.fail(ErrorCode::unsupported, "categories are strings; encode them as whole numbers before the model");
  if (WALLE_TRY(node.attribute_int("zeros", 1)) == 0)
    return node.fail(ErrorCode::unsupported, "zeros = 0 (unknown categories as errors) depends on the data");
  return node.attribute_ints("cats_int64s", {});
}

Status infer(const NodeView& node, InferContext& context) {
  const Ints categories = WALLE_TRY(categories_of(node));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, DType::f32);
    return {};
  }
  Shape shape = *node.value(0).shape;
  shape.emplace_back(std::ssize(categories));
  context.set(0, DType::f32, std::move(shape));
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  Ints dims = WALLE_TRY(node.dims(0));
  dims.push_back(1);
  const rules::Term x = f.of(node.operand(0)).cast(DType::i64).reshape(dims);
  return f.results({compare("Equal", x, f.ints(WALLE_TRY(categories_of(node)))).cast(DType::f32)});
}

}  // namespace

extern const OpDef kOneHotEncoder = {.name = "OneHotEncoder",
                                     .domain = "ai.onnx.ml",
                                     .formula = "y[…,c] = x is category c ? 1 : 0",
                                     .op_class = OpClass::composite,
                                     .operands = {1, 1},
                                     .results = {1, 1},
                                     .attributes = "cats_int64s:ints?, cats_strings:strings?, zeros:int=1",
                                     .infer = infer,
                                     .decompose = decompose};

}  // namespace walle::ops
