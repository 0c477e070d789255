#include "libwalle/ops/rules/resize.h"

#include <algorithm>
#include <cmath>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {
namespace {

/// Numbers of an operand, or of a float list attribute of this name; nullopt: they are not known.
Result<std::optional<std::vector<double>>> numbers(const NodeView& node, size_t operand, std::string_view attribute) {
  std::vector<double> result;
  if (node.has(operand)) {
    if (node.constant(operand) == nullptr && depends_on_data(node, operand))
      return std::optional<std::vector<double>>();
    return std::optional(WALLE_TRY(constant_numbers(node, operand)));
  }
  for (const float v : WALLE_TRY(graph::attribute_floats(node.node().attributes, attribute, {}))) {
    result.push_back(static_cast<double>(v));
  }
  return std::optional(std::move(result));
}

/// The axes that scales, sizes and roi are about.
Result<Ints> chosen(const NodeView& node, size_t rank) {
  Ints all(rank);
  for (size_t i = 0; i < rank; ++i) all[i] = static_cast<int64_t>(i);
  Ints result = WALLE_TRY(node.attribute_ints("axes", all));
  for (int64_t& axis : result) axis = WALLE_TRY(node.axis(axis, static_cast<int64_t>(rank)));
  return result;
}

/// With keep_aspect_ratio_policy all chosen axes share the smallest (largest) of the scales.
Status keep_aspect(const NodeView& node, const Ints& dims, const Ints& axes, Ints& wanted) {
  const std::string policy = WALLE_TRY(node.attribute_string("keep_aspect_ratio_policy", "stretch"));
  if (policy == "stretch") return {};
  const auto scale_of = [&](size_t i) {
    const auto dim = static_cast<double>(dims[static_cast<size_t>(axes[i])]);
    return dim > 0 ? static_cast<double>(wanted[i]) / dim : 1;
  };
  double scale = scale_of(0);
  for (size_t i = 1; i < axes.size(); ++i)
    scale = policy == "not_larger" ? std::min(scale, scale_of(i)) : std::max(scale, scale_of(i));
  for (size_t i = 0; i < axes.size(); ++i) {
    wanted[i] = saturated(std::floor(scale * static_cast<double>(dims[static_cast<size_t>(axes[i])]) + 0.5));
  }
  return {};
}

Result<ResizeSizes> by_sizes(const NodeView& node, const Ints& dims, const Ints& axes, std::vector<double> given) {
  ResizeSizes result{.scales = std::vector<double>(dims.size(), 1), .roi = {}, .sizes = dims};
  Ints wanted;
  for (const double size : given) wanted.push_back(saturated(size));
  if (!wanted.empty()) WALLE_TRY(keep_aspect(node, dims, axes, wanted));
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    if (wanted[i] < 0) return node.fail(ErrorCode::invalid_argument, "a size is negative");
    result.sizes[axis] = wanted[i];
    if (dims[axis] > 0) result.scales[axis] = static_cast<double>(wanted[i]) / static_cast<double>(dims[axis]);
  }
  return result;
}

Result<ResizeSizes> by_scales(const NodeView& node, const Ints& dims, const Ints& axes, std::vector<double> given,
                              std::span<const double> roi) {
  ResizeSizes result{.scales = std::vector<double>(dims.size(), 1), .roi = {}, .sizes = dims};
  const bool crop = !roi.empty();
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    if (!(given[i] > 0) || given[i] > 1e6) return node.fail(ErrorCode::invalid_argument, "a scale is not positive");
    const double part = crop ? roi[axis + dims.size()] - roi[axis] : 1;
    result.scales[axis] = given[i];
    result.sizes[axis] = saturated(std::floor(static_cast<double>(dims[axis]) * part * given[i]));
    if (result.sizes[axis] < 0) return node.fail(ErrorCode::invalid_argument, "the region of interest is negative");
  }
  return result;
}

/// The region of interest for all axes; empty if it plays no part.
Result<std::optional<std::vector<double>>> region(const NodeView& node, const Ints& dims, const Ints& axes) {
  const std::string mode = WALLE_TRY(node.attribute_string("coordinate_transformation_mode", "half_pixel"));
  if (mode != "tf_crop_and_resize") return std::optional(std::vector<double>());
  const auto given = WALLE_TRY(numbers(node, 1, "roi"));
  if (!given) return std::optional<std::vector<double>>();
  if (given->size() != 2 * axes.size())
    return node.fail(ErrorCode::invalid_argument, "roi needs a start and an end for each axis");
  std::vector<double> roi(2 * dims.size(), 0);
  for (size_t i = 0; i < dims.size(); ++i) roi[i + dims.size()] = 1;
  for (size_t i = 0; i < axes.size(); ++i) {
    roi[static_cast<size_t>(axes[i])] = (*given)[i];
    roi[static_cast<size_t>(axes[i]) + dims.size()] = (*given)[i + axes.size()];
  }
  return std::optional(std::move(roi));
}

}  // namespace

Result<std::optional<ResizeSizes>> resize_sizes(const NodeView& node, const Ints& dims) {
  const Ints axes = WALLE_TRY(chosen(node, dims.size()));
  const auto roi = WALLE_TRY(region(node, dims, axes));
  const auto scales = WALLE_TRY(numbers(node, 2, "scales"));
  if (!roi || !scales) return std::optional<ResizeSizes>();
  std::optional<ResizeSizes> result;
  if (!scales->empty()) {
    if (scales->size() != axes.size())
      return node.fail(ErrorCode::invalid_argument, "scales needs one number for each axis");
    result = WALLE_TRY(by_scales(node, dims, axes, *scales, *roi));
  } else {
    const Ints attribute = WALLE_TRY(node.attribute_ints("sizes", {}));
    std::vector<double> sizes(attribute.begin(), attribute.end());
    if (node.has(3)) {
      if (depends_on_data(node, 3)) return std::optional<ResizeSizes>();
      sizes = WALLE_TRY(constant_numbers(node, 3));
    }
    if (sizes.size() != axes.size())
      return node.fail(ErrorCode::invalid_argument, "sizes needs one number for each axis");
    result = WALLE_TRY(by_sizes(node, dims, axes, sizes));
  }
  result->roi = *roi;
  return result;
}

}  // namespace walle::ops::rules
