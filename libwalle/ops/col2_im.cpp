#include <algorithm>

#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto image = node.known(1);
  if (!node.value(0).shape || !image || rules::depends_on_data(node, 2)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const int64_t block = rules::count(WALLE_TRY(node.ints(2)));
  if (x.size() != 3 || block < 1) return rules::mismatch(node, 0, 2);
  if (x[1].known() && x[1].value() % block != 0)
    return node.fail(ErrorCode::invalid_argument, "the columns are no multiple of the block");
  for (const Dim& dim : *image) {
    if (dim.known() && dim.value() < 0) return node.fail(ErrorCode::invalid_argument, "the image has a negative size");
  }
  Shape result = {x[0], rules::over(context, x[1], Dim(block))};
  result.insert(result.end(), image->begin(), image->end());
  context.set(0, dtype, std::move(result));
  return {};
}

/// How often the window fits along each axis of the image.
Ints positions_of(const rules::WindowAttributes& a, const Ints& image) {
  const size_t rank = image.size();
  Ints counts;
  for (size_t i = 0; i < rank; ++i) {
    const int64_t room = image[i] + a.pads[i] + a.pads[i + rank] - (a.kernel[i] - 1) * a.dilations[i] - 1;
    counts.push_back(room < 0 ? 0 : room / a.strides[i] + 1);
  }
  return counts;
}

/// One box for each tap of the window: the places whose tap lies inside the image, added up.
Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints y = WALLE_TRY(node.result_dims(0));
  const Ints image(y.begin() + 2, y.end());
  const auto a = WALLE_TRY(rules::window_attributes(node, WALLE_TRY(node.ints(2))));
  if (image.size() != a.kernel.size()) return node.fail(ErrorCode::invalid_argument, "image and block differ in rank");
  const Ints places = positions_of(a, image);
  if (rules::count(places) != x[2])
    return node.fail(ErrorCode::invalid_argument, "needs " + std::to_string(rules::count(places)) + " columns");
  if (rules::count(y) == 0) return std::vector<Region>{};
  const Ints from = rules::strides(x);
  const Ints to = rules::strides(y);
  const Ints place_steps = rules::strides(places);
  const Ints tap_steps = rules::strides(a.kernel);
  const int64_t taps = rules::count(a.kernel);
  std::vector<Region> made;
  for (int64_t tap = 0; tap < taps; ++tap) {
    Region origin{.src_offset = tap * from[1], .combine = Combine::add};
    std::vector<Axis> box = {{y[0], from[0], to[0]}, {y[1], taps * from[1], to[1]}};
    for (size_t i = 0; i < image.size(); ++i) {
      const int64_t first = tap / tap_steps[i] % a.kernel[i] * a.dilations[i] - a.pads[i];  // pixel of place 0
      const int64_t stride = a.strides[i];
      const int64_t begin = first >= 0 ? 0 : (stride - 1 - first) / stride;
      const int64_t end = std::min(places[i], first >= image[i] ? 0 : (image[i] - 1 - first) / stride + 1);
      origin.src_offset += begin * place_steps[i];
      origin.dst_offset += (first + begin * stride) * to[i + 2];
      box.push_back({std::max<int64_t>(0, end - begin), place_steps[i], stride * to[i + 2]});
    }
    WALLE_TRY(rules::add_box(made, origin, box));
  }
  return made;
}

}  // namespace

extern const OpDef kCol2Im = {.name = "Col2Im",
                              .formula = "y[n,c,p·stride + k·dilation - pad] += x[n,(c,k),p]",
                              .op_class = OpClass::transform,
                              .operands = {3, 3},
                              .results = {1, 1},
                              .attributes = "dilations:ints?, pads:ints?, strides:ints?",
                              .infer = infer,
                              .regions = regions};

}  // namespace walle::ops
