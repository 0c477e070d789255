#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto target = node.known(1);
  if (!target || !node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const std::vector<Shape> both = {*node.value(0).shape, *target};
  Shape result = WALLE_TRY(rules::broadcast(node, context, both));
  for (const Dim& dim : result) {
    if (dim.known() && dim.value() < 0) return node.fail(ErrorCode::invalid_argument, "the shape has a negative size");
  }
  const auto elements = node.known(0);
  const bool repeats = elements && elements->size() == 1 && result.size() == 1 && result[0].known();
  const size_t count = repeats ? static_cast<size_t>(result[0].value()) : 0;
  context.set(0, dtype, std::move(result));
  if (repeats && count <= 64) context.set_known(0, std::vector<Dim>(count, (*elements)[0]));
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  const Ints from = rules::strides(dims);
  const Ints to = rules::strides(result);
  std::vector<Axis> axes;
  for (size_t k = 0; k < result.size(); ++k) {
    const size_t lead = result.size() - dims.size();
    const bool stretched = k < lead || dims[k - lead] == 1;
    axes.push_back({result[k], stretched ? 0 : from[k - lead], to[k]});
  }
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, {}, axes));
  return made;
}

}  // namespace

extern const OpDef kExpand = {.name = "Expand",
                              .formula = "y = x broadcast to `shape`",
                              .op_class = OpClass::transform,
                              .operands = {2, 2},
                              .results = {1, 1},
                              .infer = infer,
                              .regions = regions};

}  // namespace walle::ops
