#include <cmath>

#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/sampling.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Images;
using rules::Term;

struct Options {
  std::string mode;
  int64_t bins[2] = {1, 1};  ///< height and width of the result
  int64_t ratio = 0;         ///< samples of a bin along an axis; 0: as many as pixels
  double scale = 1;
  bool half_pixel = true;
};

/// Until opset 16 regions were not shifted by half a pixel.
Status upgrade(Node& node, int opset, GraphBuilder&) {
  if (opset < 16) node.attributes.try_emplace("coordinate_transformation_mode", std::string("output_half_pixel"));
  return {};
}

Result<Options> options_of(const NodeView& node) {
  Options o;
  o.mode = WALLE_TRY(node.attribute_string("mode", "avg"));
  o.bins[0] = WALLE_TRY(node.attribute_int("output_height", 1));
  o.bins[1] = WALLE_TRY(node.attribute_int("output_width", 1));
  o.ratio = WALLE_TRY(node.attribute_int("sampling_ratio", 0));
  o.scale = static_cast<double>(WALLE_TRY(node.attribute_float("spatial_scale", 1)));
  o.half_pixel = WALLE_TRY(node.attribute_string("coordinate_transformation_mode", "half_pixel")) == "half_pixel";
  constexpr int64_t kMost = 1 << 12;
  const bool sane = o.bins[0] > 0 && o.bins[1] > 0 && o.ratio >= 0 && o.bins[0] < kMost && o.bins[1] < kMost &&
                    o.ratio < kMost && (o.mode == "avg" || o.mode == "max");
  if (!sane) return node.fail(ErrorCode::invalid_argument, "an attribute is out of range");
  return o;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  const Shape& rois = *node.value(1).shape;
  if (x.size() != 4 || rois.size() != 2 || !rules::may_equal(rois[1], Dim(4))) return rules::mismatch(node, 0, 1);
  const Options o = WALLE_TRY(options_of(node));
  context.set(0, dtype, {rois[0], x[1], Dim(o.bins[0]), Dim(o.bins[1])});
  return {};
}

/// Where a region is read along one axis.
struct Line {
  Term positions;  ///< [R, bins · samples]
  Term used;       ///< the same as 0 and 1: a region takes its first samples alone, and what lies far outside counts 0
  Term samples;    ///< [R, 1], how many a region takes of each bin
  int64_t most = 1;  ///< samples that are laid out for each bin
};

/// Samples of a bin along an axis of `size`: as given, or enough for regions up to twice the image.
int64_t most_samples(const Options& o, int64_t bins, int64_t size) {
  return o.ratio > 0 ? o.ratio : 2 * ((size + bins - 1) / bins) + 1;
}

/// `from` and `to`: [R, 1] in the image's coordinates; `size` of the axis.
Line line_of(Formula& f, const Options& o, Term from, Term to, int64_t bins, int64_t size) {
  const double shift = o.half_pixel ? 0.5 : 0;
  const Term begin = from * o.scale - shift;
  Term extent = (to * o.scale - shift) - begin;
  if (!o.half_pixel) extent = f.op("Max", {extent, f.number(extent.dtype(), 1)});
  const Term bin = extent / static_cast<double>(bins);
  Line line;
  line.most = most_samples(o, bins, size);
  const auto most = static_cast<double>(line.most);
  line.samples = o.ratio > 0 ? bin * 0.0 + most : rules::clamp(bin.apply("Ceil"), 0, most);  // of an empty region none
  std::vector<double> which, sample;
  for (int64_t i = 0; i < bins * line.most; ++i) {
    which.push_back(static_cast<double>(i / line.most));
    sample.push_back(static_cast<double>(i % line.most));
  }
  const Ints dims = {1, bins * line.most};
  const Term bin_index = f.constant(which, dims, bin.dtype());
  const Term sample_index = f.constant(sample, dims, bin.dtype());
  const Term steps = f.op("Max", {line.samples, f.number(bin.dtype(), 1)});
  const Term at = begin + bin_index * bin + (sample_index + 0.5) * bin / steps;
  const Term inside = f.op("And", {compare("GreaterOrEqual", at, -1.0), compare("LessOrEqual", at, double(size))});
  line.used = f.op("And", {inside, compare("Less", sample_index, line.samples)}).cast(bin.dtype());
  line.positions = rules::clamp(at, 0, static_cast<double>(size) - 1);
  return line;
}

/// Largest of the weighted corners (the maximum is taken before they are added up), or their sum.
Term pooled(const Options& o, const Images& images, Term first_row, std::vector<Term> coordinates) {
  if (o.mode == "avg") return rules::sample(images, first_row, std::move(coordinates));
  const auto corners = rules::weighted_pixels(images, first_row, std::move(coordinates));
  return first_row.formula().op("Max", corners);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Options o = WALLE_TRY(options_of(node));
  const Ints x = WALLE_TRY(node.dims(0));
  const int64_t regions = WALLE_TRY(node.dims(1))[0];
  const DType dtype = WALLE_TRY(node.dtype(0));
  for (size_t i = 0; i < 2; ++i) WALLE_TRY(rules::check_table(node, {o.bins[i], most_samples(o, o.bins[i], x[i + 2])}));
  Formula f(builder);
  const Images images{.pixels = rules::pixel_rows(f.of(node.operand(0))),
                      .sizes = {x[2], x[3]},
                      .interpolation = rules::Interpolation::linear,
                      .border = rules::Border::border};
  const Term rois = f.of(node.operand(1)).cast(rules::sampling_dtype(WALLE_TRY(node.dtype(1))));
  const Line rows = line_of(f, o, rois.slice(1, 1, 2), rois.slice(1, 3, 4), o.bins[0], x[2]);
  const Line columns = line_of(f, o, rois.slice(1, 0, 1), rois.slice(1, 2, 3), o.bins[1], x[3]);
  const int64_t height = o.bins[0] * rows.most;
  const int64_t width = o.bins[1] * columns.most;
  const Term image = f.of(node.operand(2)).cast(DType::i64).reshape({regions, 1, 1});
  const Term values =
      pooled(o, images, image * static_cast<double>(x[2] * x[3]),
             {rows.positions.reshape({regions, height, 1}), columns.positions.reshape({regions, 1, width})});
  const Term used = rows.used.reshape({regions, height, 1, 1}) * columns.used.reshape({regions, 1, width, 1});
  const Term split = (values * used).reshape({regions, o.bins[0], rows.most, o.bins[1], columns.most, x[1]});
  Term bins = split.reduce(o.mode == "avg" ? "ReduceSum" : "ReduceMax", {2, 4});
  bins = bins.reshape({regions, o.bins[0], o.bins[1], x[1]});
  if (o.mode == "avg") {
    const Term count = f.op("Max", {rows.samples * columns.samples, f.number(rois.dtype(), 1)});
    bins = bins / count.reshape({regions, 1, 1, 1});
  }
  return f.results({bins.transpose({0, 3, 1, 2}).cast(dtype)});
}

}  // namespace

extern const OpDef kRoiAlign = {
    .name = "RoiAlign",
    .formula = "y[r,c,p] = mean (or max) of x[batch[r],c] interpolated at samples of bin p of region r",
    .op_class = OpClass::composite,
    .operands = {3, 3},
    .results = {1, 1},
    .attributes =
        "coordinate_transformation_mode:string=half_pixel, mode:string=avg, output_height:int=1, "
        "output_width:int=1, sampling_ratio:int=0, spatial_scale:float=1",
    .upgrade = upgrade,
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
