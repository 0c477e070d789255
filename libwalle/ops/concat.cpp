#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Elements of all operands one after another, where all are known.
void concat_known(const NodeView& node, InferContext& context) {
  std::vector<Dim> all;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const auto elements = node.known(i);
    if (!elements) return;
    all.insert(all.end(), elements->begin(), elements->end());
  }
  context.set_known(0, std::move(all));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  for (size_t i = 1; i < node.operand_count(); ++i) {
    if (WALLE_TRY(node.dtype(i)) != dtype)
      return node.fail(ErrorCode::invalid_argument, "the operands have different types");
  }
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const int64_t given = WALLE_TRY(node.attribute_int("axis", 0));
  const auto axis = static_cast<size_t>(WALLE_TRY(node.axis(given, static_cast<int64_t>(result.size()))));
  for (size_t i = 1; i < node.operand_count(); ++i) {
    const Shape& shape = *node.value(i).shape;
    if (shape.size() != result.size()) return rules::mismatch(node, 0, i);
    for (size_t k = 0; k < shape.size(); ++k) {
      if (k == axis) {
        result[k] = rules::plus(context, result[k], shape[k]);
      } else if (!rules::may_equal(result[k], shape[k])) {
        return rules::mismatch(node, 0, i);
      } else if (shape[k].known()) {
        result[k] = shape[k];
      }
    }
  }
  const size_t rank = result.size();
  context.set(0, dtype, std::move(result));
  if (rank == 1) concat_known(node, context);
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints result = WALLE_TRY(node.result_dims(0));
  const int64_t given = WALLE_TRY(node.attribute_int("axis", 0));
  const auto axis = static_cast<size_t>(WALLE_TRY(node.axis(given, static_cast<int64_t>(result.size()))));
  const Ints to = rules::strides(result);
  std::vector<Region> made;
  int64_t start = 0;
  for (size_t i = 0; i < node.operand_count(); ++i) {
    const Ints dims = WALLE_TRY(node.dims(i));
    const Ints from = rules::strides(dims);
    std::vector<Axis> axes;
    for (size_t k = 0; k < dims.size(); ++k) axes.push_back({dims[k], from[k], to[k]});
    WALLE_TRY(rules::add_box(made, {.source = static_cast<int>(i), .dst_offset = start * to[axis]}, axes));
    start += dims[axis];
  }
  return made;
}

}  // namespace

extern const OpDef kConcat = {.name = "Concat",
                              .formula = "y = the operands one after another along `axis`",
                              .op_class = OpClass::transform,
                              .operands = {1, -1},
                              .results = {1, 1},
                              .attributes = "axis:int",
                              .infer = infer,
                              .regions = regions};

}  // namespace walle::ops
