#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const auto repeats = node.known(1);
  if (!repeats) {
    rules::set_fresh(context, 0, dtype, result.size());
    return {};
  }
  if (repeats->size() != result.size())
    return node.fail(ErrorCode::invalid_argument, "repeats needs one number for each axis");
  for (size_t i = 0; i < result.size(); ++i) {
    if ((*repeats)[i].known() && (*repeats)[i].value() < 0)
      return node.fail(ErrorCode::invalid_argument, "repeats has a negative number");
    result[i] = rules::times(context, result[i], (*repeats)[i]);
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints repeats = WALLE_TRY(node.ints(1));
  const Ints from = rules::strides(dims);
  const Ints to = rules::strides(WALLE_TRY(node.result_dims(0)));
  std::vector<Axis> axes;
  for (size_t k = 0; k < dims.size(); ++k) {
    axes.push_back({repeats[k], 0, dims[k] * to[k]});
    axes.push_back({dims[k], from[k], to[k]});
  }
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, {}, axes));
  return made;
}

}  // namespace

extern const OpDef kTile = {.name = "Tile",
                            .formula = "y[i] = x[i mod size], repeated `repeats` times along each axis",
                            .op_class = OpClass::transform,
                            .operands = {2, 2},
                            .results = {1, 1},
                            .infer = infer,
                            .regions = regions};

}  // namespace walle::ops
