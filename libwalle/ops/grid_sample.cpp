#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/sampling.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Border;
using rules::Images;
using rules::Interpolation;
using rules::Term;

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& grid = *node.value(1).shape;
  const bool fits = x.size() >= 3 && grid.size() == x.size() && rules::may_equal(x[0], grid[0]) &&
                    rules::may_equal(grid.back(), Dim(static_cast<int64_t>(x.size()) - 2));
  if (!fits) return rules::mismatch(node, 0, 1);
  Shape result = {x[0], x[1]};
  result.insert(result.end(), grid.begin() + 1, grid.end() - 1);
  context.set(0, dtype, std::move(result));
  return {};
}

/// Opset 16 said bilinear and bicubic for what is linear and cubic since 20.
Result<Interpolation> interpolation_of(const NodeView& node) {
  const std::string mode = WALLE_TRY(node.attribute_string("mode", "linear"));
  if (mode == "linear" || mode == "bilinear") return Interpolation::linear;
  if (mode == "cubic" || mode == "bicubic") return Interpolation::cubic;
  if (mode == "nearest") return Interpolation::nearest;
  return node.fail(ErrorCode::invalid_argument, "mode '" + mode + "' is not linear, nearest or cubic");
}

Result<Border> border_of(const NodeView& node) {
  const std::string mode = WALLE_TRY(node.attribute_string("padding_mode", "zeros"));
  if (mode == "zeros") return Border::zeros;
  if (mode == "border") return Border::border;
  if (mode == "reflection") return Border::reflection;
  return node.fail(ErrorCode::invalid_argument, "padding_mode '" + mode + "' is not zeros, border or reflection");
}

/// From [-1, 1] to pixels.
Term pixel_position(Term x, int64_t size, bool align_corners) {
  const auto length = static_cast<double>(size);
  return align_corners ? (x + 1.0) / 2.0 * (length - 1) : ((x + 1.0) * length - 1.0) / 2.0;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints grid_dims = WALLE_TRY(node.dims(1));
  const bool align = WALLE_TRY(node.attribute_int("align_corners", 0)) != 0;
  const DType dtype = WALLE_TRY(node.dtype(0));
  const size_t spatial = x.size() - 2;
  const auto interpolation = WALLE_TRY(interpolation_of(node));
  const auto border = WALLE_TRY(border_of(node));
  rules::Formula f(builder);
  const Images images{.pixels = rules::pixel_rows(f.of(node.operand(0))),
                      .sizes = Ints(x.begin() + 2, x.end()),
                      .interpolation = interpolation,
                      .border = border,
                      .align_corners = align};
  const int64_t points = rules::count(grid_dims) / std::max<int64_t>(1, x[0] * grid_dims.back());
  const Term grid = f.of(node.operand(1))
                        .cast(rules::sampling_dtype(WALLE_TRY(node.dtype(1))))
                        .reshape({x[0], points, grid_dims.back()});
  std::vector<Term> coordinates;
  for (size_t axis = 0; axis < spatial; ++axis) {
    const auto at = static_cast<int64_t>(spatial - 1 - axis);  // the grid counts its axes from the last
    const Term along = grid.slice(2, at, at + 1).reshape({x[0], points});
    coordinates.push_back(pixel_position(along, images.sizes[axis], align));
  }
  const Term first_row = f.positions(x[0], 2, 0) * static_cast<double>(rules::count(images.sizes));
  const Term values = rules::sample(images, first_row, coordinates).cast(dtype);
  const Term result = values.transpose({0, 2, 1}).reshape(WALLE_TRY(node.result_dims(0)));
  return f.results({result});
}

}  // namespace

extern const OpDef kGridSample = {
    .name = "GridSample",
    .formula = "y[n,c,p] = x[n,c] interpolated at grid[n,p], of which -1 and 1 are the ends of an axis",
    .op_class = OpClass::composite,
    .operands = {2, 2},
    .results = {1, 1},
    .attributes = "align_corners:int=0, mode:string=linear, padding_mode:string=zeros",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
