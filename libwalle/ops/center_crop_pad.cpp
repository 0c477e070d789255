#include <algorithm>
#include <numeric>

#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Result<Ints> chosen_axes(const NodeView& node, size_t rank) {
  Ints all(rank);
  std::iota(all.begin(), all.end(), int64_t{0});
  Ints result;
  for (const int64_t axis : WALLE_TRY(node.attribute_ints("axes", all))) {
    result.push_back(WALLE_TRY(node.axis(axis, static_cast<int64_t>(rank))));
  }
  return result;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto target = node.known(1);
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape result = *node.value(0).shape;
  const Ints axes = WALLE_TRY(chosen_axes(node, result.size()));
  if (target && target->size() != axes.size())
    return node.fail(ErrorCode::invalid_argument, "the shape and axes differ in length");
  for (size_t i = 0; i < axes.size(); ++i) {
    result[static_cast<size_t>(axes[i])] = target ? (*target)[i] : context.fresh("crop");
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  const Ints from = rules::strides(dims);
  const Ints to = rules::strides(result);
  Region origin;
  std::vector<Axis> box;
  for (size_t i = 0; i < dims.size(); ++i) {
    // Cropping starts at the half rounded down, so does padding.
    if (dims[i] > result[i]) origin.src_offset += (dims[i] - result[i]) / 2 * from[i];
    if (dims[i] < result[i]) origin.dst_offset += (result[i] - dims[i]) / 2 * to[i];
    box.push_back({std::min(dims[i], result[i]), from[i], to[i]});
  }
  std::vector<Region> made;
  WALLE_TRY(rules::add_box(made, origin, box));
  return made;
}

}  // namespace

extern const OpDef kCenterCropPad = {.name = "CenterCropPad",
                                     .formula = "y = the middle of x, cropped or padded with 0 to `shape`",
                                     .op_class = OpClass::transform,
                                     .operands = {2, 2},
                                     .results = {1, 1},
                                     .attributes = "axes:ints?",
                                     .infer = infer,
                                     .regions = regions};

}  // namespace walle::ops
