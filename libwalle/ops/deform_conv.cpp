#include <numeric>

#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/sampling.h"
#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/window.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Images;
using rules::Term;

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& w = *node.value(1).shape;
  const Shape& offset = *node.value(2).shape;
  if (x.size() < 3 || w.size() != x.size()) return rules::mismatch(node, 0, 1);
  if (offset.size() != x.size()) return rules::mismatch(node, 0, 2);
  Shape result = {x[0], w[0]};
  result.insert(result.end(), offset.begin() + 2, offset.end());
  context.set(0, dtype, std::move(result));
  return {};
}

struct Sizes {
  Ints x, w, y;
  int64_t group = 1, offset_group = 1, taps = 1, places = 1;
  [[nodiscard]] size_t spatial() const { return x.size() - 2; }
};

Result<Sizes> sizes_of(const NodeView& node) {
  Sizes s;
  s.x = WALLE_TRY(node.dims(0));
  s.w = WALLE_TRY(node.dims(1));
  s.y = WALLE_TRY(node.result_dims(0));
  s.group = WALLE_TRY(node.attribute_int("group", 1));
  s.offset_group = WALLE_TRY(node.attribute_int("offset_group", 1));
  s.taps = rules::count(std::span(s.w).subspan(2));
  s.places = rules::count(std::span(s.y).subspan(2));
  const int64_t offsets = s.offset_group * s.taps * static_cast<int64_t>(s.spatial());
  const bool fits = s.group > 0 && s.offset_group > 0 && s.x[1] % s.group == 0 && s.x[1] % s.offset_group == 0 &&
                    s.w[0] % s.group == 0 && s.w[1] == s.x[1] / s.group && WALLE_TRY(node.dims(2))[1] == offsets;
  if (!fits) return node.fail(ErrorCode::invalid_argument, "channels, groups and offsets do not fit together");
  WALLE_TRY(rules::check_table(node, {s.taps, s.places}));
  return s;
}

/// Where the window's taps stand along one spatial axis without offsets: [1, taps, places].
Term base_of(Formula& f, const Sizes& s, const rules::WindowAttributes& a, size_t axis, DType dtype) {
  const Ints tap_steps = rules::strides(std::span(s.w).subspan(2));
  const Ints place_steps = rules::strides(std::span(s.y).subspan(2));
  std::vector<double> values;
  for (int64_t tap = 0; tap < s.taps; ++tap) {
    for (int64_t place = 0; place < s.places; ++place) {
      const int64_t k = tap / tap_steps[axis] % s.w[axis + 2];
      const int64_t p = place / place_steps[axis] % s.y[axis + 2];
      values.push_back(static_cast<double>(p * a.strides[axis] - a.pads[axis] + k * a.dilations[axis]));
    }
  }
  return f.constant(values, Ints{1, s.taps, s.places}, dtype);
}

/// The sampled columns: [N, C · taps, places].
Result<Term> columns_of(Formula& f, const NodeView& node, const Sizes& s, const rules::WindowAttributes& a) {
  const auto spatial = static_cast<int64_t>(s.spatial());
  const int64_t parts = s.x[0] * s.offset_group;
  const int64_t channels = s.x[1] / s.offset_group;
  Ints image = {parts, channels};
  image.insert(image.end(), s.x.begin() + 2, s.x.end());
  const Images images{.pixels = rules::pixel_rows(f.of(node.operand(0)).reshape(image)),
                      .sizes = Ints(s.x.begin() + 2, s.x.end()),
                      .interpolation = rules::Interpolation::linear,
                      .border = rules::Border::zeros};
  const DType dtype = rules::sampling_dtype(WALLE_TRY(node.dtype(2)));
  const Term offsets = f.of(node.operand(2)).cast(dtype).reshape({parts, s.taps, spatial, s.places});
  std::vector<Term> coordinates;
  for (int64_t axis = 0; axis < spatial; ++axis) {
    const Term moved = offsets.slice(2, axis, axis + 1).reshape({parts, s.taps, s.places});
    coordinates.push_back(moved + base_of(f, s, a, static_cast<size_t>(axis), dtype));
  }
  const Term first_row = f.positions(parts, 3, 0) * static_cast<double>(rules::count(images.sizes));
  Term values = rules::sample(images, first_row, coordinates);  // [parts, taps, places, channels]
  if (node.has(4)) values = values * f.of(node.operand(4)).cast(dtype).reshape({parts, s.taps, s.places, 1});
  return values.transpose({0, 3, 1, 2}).reshape({s.x[0], s.x[1] * s.taps, s.places});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Sizes s = WALLE_TRY(sizes_of(node));
  const auto a = WALLE_TRY(rules::window_attributes(node, Ints(s.w.begin() + 2, s.w.end())));
  Formula f(builder);
  const Term columns = WALLE_TRY(columns_of(f, node, s, a));
  const int64_t depth = s.w[1] * s.taps;
  const Term weights = f.of(node.operand(1)).cast(columns.dtype()).reshape({s.group, s.w[0] / s.group, depth});
  Term y = matmul(weights, columns.reshape({s.x[0], s.group, depth, s.places}));
  y = y.reshape({s.x[0], s.w[0], s.places});
  if (node.has(3)) y = y + f.of(node.operand(3)).cast(y.dtype()).reshape({s.w[0], 1});
  return f.results({y.reshape(s.y).cast(WALLE_TRY(node.dtype(0)))});
}

}  // namespace

extern const OpDef kDeformConv = {
    .name = "DeformConv",
    .formula =
        "y[n,m,p] = bias[m] + Σ_c Σ_k w[m,c,k] * mask[n,k,p] * x[n,c] at p·stride + k·dilation - pad + offset[n,k,p]",
    .op_class = OpClass::composite,
    .operands = {3, 5},
    .results = {1, 1},
    .attributes =
        "dilations:ints?, group:int(1..16777216)=1, kernel_shape:ints?, offset_group:int(1..16777216)=1, pads:ints?, "
        "strides:ints?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
