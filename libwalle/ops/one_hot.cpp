#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// The number of classes; nullopt if it depends on data.
Result<std::optional<int64_t>> depth_of(const NodeView& node) {
  if (node.constant(1) == nullptr && rules::depends_on_data(node, 1)) return std::optional<int64_t>();
  const auto numbers = WALLE_TRY(rules::constant_numbers(node, 1));
  if (numbers.size() != 1 || !(numbers[0] >= 0) || numbers[0] > 1e9)
    return node.fail(ErrorCode::invalid_argument, "the depth must be one number");
  return std::optional(static_cast<int64_t>(numbers[0]));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(2));
  WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -1, static_cast<int64_t>(result.size()) + 1));
  const auto depth = WALLE_TRY(depth_of(node));
  result.insert(result.begin() + axis, depth ? Dim(*depth) : context.fresh("depth"));
  context.set(0, dtype, std::move(result));
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto depth = WALLE_TRY(depth_of(node));
  if (!depth) return node.fail(ErrorCode::unsupported, "the depth depends on data");
  Ints dims = WALLE_TRY(node.dims(0));
  const int64_t axis = WALLE_TRY(rules::attribute_axis(node, -1, static_cast<int64_t>(dims.size()) + 1));
  dims.insert(dims.begin() + axis, 1);
  const ValueId numbers = WALLE_TRY(rules::cast(builder, node.operand(0), DType::i64));
  const ValueId indices = WALLE_TRY(rules::reshape(builder, numbers, dims));
  // Indices in [-depth, 0) count from the end; others outside match nothing.
  const ValueId negative = WALLE_TRY(rules::with_scalar(builder, "Less", indices, 0));
  const ValueId shifted = WALLE_TRY(rules::with_scalar(builder, "Add", indices, static_cast<double>(*depth)));
  const ValueId wrapped = WALLE_TRY(builder.one("Where", {negative, shifted, indices}));
  const ValueId classes = WALLE_TRY(rules::positions(builder, *depth, dims.size(), static_cast<size_t>(axis)));
  const ValueId hit = WALLE_TRY(builder.one("Equal", {wrapped, classes}));
  const ValueId off = WALLE_TRY(rules::slice(builder, node.operand(2), 0, 0, 1));
  const ValueId on = WALLE_TRY(rules::slice(builder, node.operand(2), 0, 1, 2));
  return rules::replaced(builder.one("Where", {hit, on, off}));
}

}  // namespace

extern const OpDef kOneHot = {.name = "OneHot",
                              .formula = "y[…,k,…] = values[1] where k = x[…], else values[0]",
                              .op_class = OpClass::composite,
                              .operands = {3, 3},
                              .results = {1, 1},
                              .attributes = "axis:int=-1",
                              .infer = infer,
                              .decompose = decompose};

}  // namespace walle::ops
