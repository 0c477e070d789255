#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    rules::set_fresh(context, 0, dtype, 2);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  const auto rank = static_cast<int64_t>(shape.size());
  const int64_t given = WALLE_TRY(node.attribute_int("axis", 1));
  const int64_t axis = given == rank ? rank : WALLE_TRY(node.axis(given, rank));
  const std::span<const Dim> all(shape);
  context.set(0, dtype,
              {rules::product(context, all.first(static_cast<size_t>(axis))),
               rules::product(context, all.subspan(static_cast<size_t>(axis)))});
  return {};
}

}  // namespace

extern const OpDef kFlatten = {.name = "Flatten",
                               .formula = "y = x as a matrix: axes before `axis` by the others",
                               .op_class = OpClass::transform,
                               .operands = {1, 1},
                               .results = {1, 1},
                               .attributes = "axis:int=1",
                               .infer = infer,
                               .regions = rules::same_order};

}  // namespace walle::ops
