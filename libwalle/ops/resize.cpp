#include "libwalle/ops/rules/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

/// Opset 10: (x, scales), asymmetric coordinates rounded down.
Status upgrade(Node& node, int opset, GraphBuilder&) {
  if (opset >= 11) return {};
  if (node.operands.size() == 2) node.operands = {node.operands[0], kNoValue, node.operands[1]};
  node.attributes.try_emplace("coordinate_transformation_mode", std::string("asymmetric"));
  node.attributes.try_emplace("nearest_mode", std::string("floor"));
  return {};
}

/// Symbolic sizes: a dimension times a whole scale, or the elements of `sizes`.
Status infer_symbolic(const NodeView& node, InferContext& context, const Shape& shape, DType dtype) {
  Shape result(shape.size());
  const auto sizes = node.known(3);
  const engine::Tensor* scales = node.constant(2);
  const bool all = !node.has_attribute("axes");
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool scaled = all && scales != nullptr && scales->count() == static_cast<int64_t>(shape.size());
    const double scale = scaled ? rules::element(*scales, static_cast<int64_t>(i)) : 0;
    if (all && sizes && sizes->size() == shape.size()) {
      result[i] = (*sizes)[i];
    } else if (scale >= 1 && scale == std::floor(scale) && scale < 1e6) {
      result[i] = rules::times(context, shape[i], Dim(static_cast<int64_t>(scale)));
    } else {
      result[i] = context.fresh("resize");
    }
  }
  context.set(0, dtype, std::move(result));
  return {};
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& shape = *node.value(0).shape;
  if (shape.size() > kMaxRank) return node.fail(ErrorCode::unsupported, "the operand has more than 8 axes");
  const auto dims = graph::concrete(shape);
  if (!dims) return infer_symbolic(node, context, shape, dtype);
  const auto sizes = WALLE_TRY(rules::resize_sizes(node, *dims));
  if (!sizes) {
    rules::set_fresh(context, 0, dtype, shape.size());
  } else {
    context.set(0, dtype, graph::to_shape(sizes->sizes));
  }
  return {};
}

double rounded(const std::string& mode, double at) {
  if (mode == "floor") return std::floor(at);
  if (mode == "ceil") return std::ceil(at);
  return mode == "round_prefer_ceil" ? std::floor(at + 0.5) : std::ceil(at - 0.5);
}

/// Mode nearest with coordinates (p + 1/2) / scale, which opsets 11 and 12 had: whole rows along each axis.
Replacement pick_rows(const NodeView& node, GraphBuilder& builder) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const auto sizes = WALLE_TRY(rules::resize_sizes(node, dims));
  if (!sizes) return node.fail(ErrorCode::unsupported, "the size depends on data");
  const std::string mode = WALLE_TRY(node.attribute_string("nearest_mode", "round_prefer_floor"));
  ValueId y = node.operand(0);
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (sizes->sizes[axis] == dims[axis] && sizes->scales[axis] == 1) continue;
    WALLE_TRY(rules::check_table(node, {sizes->sizes[axis]}));
    Ints rows;
    for (int64_t p = 0; p < sizes->sizes[axis]; ++p) {
      const double at = rounded(mode, (static_cast<double>(p) + 0.5) / sizes->scales[axis]);
      rows.push_back(std::clamp<int64_t>(rules::saturated(at), 0, dims[axis] - 1));
    }
    y = WALLE_TRY(builder.one("Gather", {y, builder.ints(rows)}, {{"axis", static_cast<int64_t>(axis)}}));
  }
  return rules::replaced(y == node.operand(0) ? builder.one("Identity", {y}) : Result<ValueId>(y));
}

/// Canonical: scales, sizes and roi as attributes.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const std::string coordinates = WALLE_TRY(node.attribute_string("coordinate_transformation_mode", "half_pixel"));
  if (coordinates == "tf_half_pixel_for_nn") return pick_rows(node, builder);
  if (node.operand_count() == 1) return rules::canonical();
  Attributes attributes = node.node().attributes;
  constexpr std::array<std::string_view, 3> kNames = {"roi", "scales", "sizes"};
  for (size_t i = 1; i < node.operand_count(); ++i) {
    if (!node.has(i)) continue;
    const auto numbers = WALLE_TRY(rules::constant_numbers(node, i));
    if (numbers.empty()) continue;
    if (i == 3) {
      Ints sizes;
      std::transform(numbers.begin(), numbers.end(), std::back_inserter(sizes), rules::saturated);
      attributes[std::string(kNames[2])] = std::move(sizes);
    } else {
      std::vector<float> floats;
      for (const double number : numbers) floats.push_back(static_cast<float>(number));
      attributes[std::string(kNames[i - 1])] = std::move(floats);
    }
  }
  return rules::replaced(builder.one("Resize", {node.operand(0)}, std::move(attributes)));
}

template <class T, size_t N>
Result<T> choice(const NodeView& node, std::string_view attribute, std::string_view fallback,
                 const std::array<std::pair<std::string_view, T>, N>& choices) {
  const std::string given = WALLE_TRY(node.attribute_string(attribute, fallback));
  for (const auto& [name, value] : choices) {
    if (name == given) return value;
  }
  return node.fail(ErrorCode::unsupported, std::string(attribute) + " '" + given + "'");
}

using Mode = std::pair<std::string_view, ResizeMode>;
constexpr std::array<Mode, 3> kModes = {Mode{"nearest", ResizeMode::nearest}, Mode{"linear", ResizeMode::linear},
                                        Mode{"cubic", ResizeMode::cubic}};
using Coordinates = std::pair<std::string_view, ResizeCoordinates>;
constexpr std::array<Coordinates, 6> kCoordinates = {
    Coordinates{"half_pixel", ResizeCoordinates::half_pixel},
    Coordinates{"pytorch_half_pixel", ResizeCoordinates::pytorch_half_pixel},
    Coordinates{"align_corners", ResizeCoordinates::align_corners},
    Coordinates{"asymmetric", ResizeCoordinates::asymmetric},
    Coordinates{"tf_crop_and_resize", ResizeCoordinates::tf_crop_and_resize},
    Coordinates{"half_pixel_symmetric", ResizeCoordinates::half_pixel_symmetric}};
using Nearest = std::pair<std::string_view, ResizeNearest>;
constexpr std::array<Nearest, 4> kNearest = {Nearest{"round_prefer_floor", ResizeNearest::round_prefer_floor},
                                             Nearest{"round_prefer_ceil", ResizeNearest::round_prefer_ceil},
                                             Nearest{"floor", ResizeNearest::floor},
                                             Nearest{"ceil", ResizeNearest::ceil}};

Result<CoreForm> atomic(const NodeView& node) {
  const Ints dims = WALLE_TRY(node.dims(0));
  const auto sizes = WALLE_TRY(rules::resize_sizes(node, dims));
  if (!sizes) return node.fail(ErrorCode::unsupported, "the size depends on data");
  ResizeAttributes resize;
  resize.mode = WALLE_TRY(choice(node, "mode", "nearest", kModes));
  resize.coordinates = WALLE_TRY(choice(node, "coordinate_transformation_mode", "half_pixel", kCoordinates));
  resize.nearest = WALLE_TRY(choice(node, "nearest_mode", "round_prefer_floor", kNearest));
  resize.cubic_coefficient = static_cast<double>(WALLE_TRY(node.attribute_float("cubic_coeff_a", -0.75F)));
  resize.extrapolation = static_cast<double>(WALLE_TRY(node.attribute_float("extrapolation_value", 0)));
  resize.exclude_outside = WALLE_TRY(node.attribute_int("exclude_outside", 0)) != 0;
  resize.antialias = WALLE_TRY(node.attribute_int("antialias", 0)) != 0;
  resize.scales.fill(1);
  for (size_t i = 0; i < dims.size(); ++i) {
    resize.scales[i] = sizes->scales[i];
    const bool crop = !sizes->roi.empty();
    resize.roi[i] = crop ? sizes->roi[i] : 0;
    resize.roi[i + kMaxRank] = crop ? sizes->roi[i + dims.size()] : 1;
  }
  return CoreForm{.attributes = resize};
}

}  // namespace

extern const OpDef kResize = {.name = "Resize",
                              .formula = "y[p] = x interpolated at the place of p, axis by axis",
                              .op_class = OpClass::atomic,
                              .operands = {1, 4},
                              .results = {1, 1},
                              .attributes =
                                  "antialias:int=0, axes:ints?, coordinate_transformation_mode:string=half_pixel, "
                                  "cubic_coeff_a:float=-0.75, exclude_outside:int=0, extrapolation_value:float=0, "
                                  "keep_aspect_ratio_policy:string=stretch, mode:string=nearest, "
                                  "nearest_mode:string=round_prefer_floor, roi:floats?, scales:floats?, sizes:ints?",
                              .upgrade = upgrade,
                              .infer = infer,
                              .decompose = decompose,
                              .atomic = atomic};

}  // namespace walle::ops
