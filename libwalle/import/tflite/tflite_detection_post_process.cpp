#include <algorithm>

#include "libwalle/import/tflite/rules/custom.h"
#include "libwalle/import/tflite/rules/move.h"
#include "libwalle/import/tflite/rules/suppression.h"

namespace walle::import::tflite {
namespace {

// Inputs: encoded boxes [1, n, 4], scores [1, n, classes (and a background first)], anchors [n, 4] (centre and size).
// Results: boxes [1, turns, 4], classes, scores [1, turns], how many are meant [1].
struct Options {
  int64_t turns = 0, per_class = 0, classes = 0;
  bool by_class = false;
  float least = 0, overlap = 0;
  std::vector<float> scales;  ///< of y, x, height, width
};

Result<Options> options_of(Operation& op) {
  const auto map = WALLE_TRY(rules::option_map(op));
  Options options = {.turns = rules::whole(map["max_detections"]),
                     .per_class = rules::whole(map["detections_per_class"]),
                     .classes = rules::whole(map["num_classes"]),
                     .by_class = rules::whole(map["use_regular_nms"]) != 0,
                     .least = map["nms_score_threshold"].AsFloat(),
                     .overlap = map["nms_iou_threshold"].AsFloat(),
                     .scales = {map["y_scale"].AsFloat(), map["x_scale"].AsFloat(), map["h_scale"].AsFloat(),
                                map["w_scale"].AsFloat()}};
  constexpr int64_t kMost = 1 << 16;
  if (options.per_class == 0) options.per_class = 100;
  if (options.turns < 1 || options.turns > kMost || options.per_class < 1 || options.per_class > kMost ||
      options.classes < 1 || options.classes > kMost)
    return Operation::fail(ErrorCode::invalid_argument, "its limits are wrong");
  if (!options.by_class && rules::whole(map["max_classes_per_detection"]) != 1)
    return Operation::fail(ErrorCode::unsupported, "more than one class for a box");
  return options;
}

/// Corners [n, 4] of boxes that are encoded relative to anchors.
Result<ValueId> decoded(Operation& op, const Options& options) {
  GraphBuilder& b = op.builder();
  const ValueId boxes = WALLE_TRY(rules::squeezed(op, WALLE_TRY(op.real(0)), {0}));
  const ValueId anchors = WALLE_TRY(op.real(2));
  const auto column = [&](ValueId x, int64_t begin) { return make::slice(b, x, 1, begin, begin + 2); };
  const auto scale = [&](ValueId x, size_t first) -> Result<ValueId> {
    const auto by = std::span(options.scales).subspan(first, 2);
    return b.one("Div", {x, b.constant(WALLE_TRY(engine::Tensor::of<float>(Ints{2}, by)))});
  };
  const ValueId sizes = WALLE_TRY(column(anchors, 2));
  const ValueId moved = WALLE_TRY(b.one("Mul", {WALLE_TRY(scale(WALLE_TRY(column(boxes, 0)), 0)), sizes}));
  const ValueId centre = WALLE_TRY(b.one("Add", {moved, WALLE_TRY(column(anchors, 0))}));
  const ValueId grown = WALLE_TRY(b.one("Exp", {WALLE_TRY(scale(WALLE_TRY(column(boxes, 2)), 2))}));
  const ValueId size = WALLE_TRY(b.one("Mul", {grown, sizes}));
  const ValueId half = WALLE_TRY(make::with_scalar(b, "Mul", size, 0.5));
  return make::concat(b, {WALLE_TRY(b.one("Sub", {centre, half})), WALLE_TRY(b.one("Add", {centre, half}))}, 1);
}

/// Rows of boxes at `places` [1, turns], 0 where there is none; classes and scores as they are.
Translated results(Operation& op, ValueId boxes, ValueId places, ValueId classes, ValueId scores, ValueId count) {
  GraphBuilder& b = op.builder();
  const ValueId rows = WALLE_TRY(b.one("Gather", {boxes, places}, {{"axis", int64_t{0}}}));
  const int64_t turns = WALLE_TRY(op.known_dims(places))[1];
  const ValueId number = WALLE_TRY(make::reshape(b, count, Ints{1, 1}));
  const ValueId meant = WALLE_TRY(b.one("Less", {WALLE_TRY(make::positions(b, turns, 2, 1)), number}));
  const ValueId zero = b.scalar(DType::f32, 0);
  const ValueId mask = WALLE_TRY(rules::unsqueezed(op, meant, {2}));
  return std::vector{WALLE_TRY(b.one("Where", {mask, rows, zero})),
                     WALLE_TRY(b.one("Where", {meant, WALLE_TRY(make::cast(b, classes, DType::f32)), zero})),
                     WALLE_TRY(b.one("Where", {meant, scores, zero})),
                     WALLE_TRY(make::reshape(b, WALLE_TRY(make::cast(b, count, DType::f32)), Ints{1}))};
}

/// Each class by itself, then the best of all.
Translated by_class(Operation& op, const Options& options, ValueId boxes, rules::Suppression from) {
  GraphBuilder& b = op.builder();
  from.scores = WALLE_TRY(make::transpose(b, from.scores, {1, 0}));
  from.turns = options.per_class;
  const auto chosen = WALLE_TRY(rules::suppressed(op, from));
  const ValueId all = WALLE_TRY(make::reshape(b, chosen.scores, Ints{1, -1}));
  const int64_t kept = std::min(options.turns, options.per_class * options.classes);
  const auto best = WALLE_TRY(b.op("TopK", {all, b.ints(Ints{kept})}, {{"axis", int64_t{-1}}}, 2));
  const ValueId flat = WALLE_TRY(make::reshape(b, chosen.indices, Ints{-1}));
  const ValueId places = WALLE_TRY(b.one("Gather", {flat, best[1]}, {{"axis", int64_t{0}}}));
  const ValueId classes = WALLE_TRY(b.one("Div", {best[1], b.scalar(DType::i64, static_cast<double>(from.turns))}));
  const ValueId sum = WALLE_TRY(make::reduce(b, "ReduceSum", chosen.count, {0, 1}, false));
  const ValueId count = WALLE_TRY(b.one("Min", {sum, b.scalar(DType::i64, static_cast<double>(kept))}));
  return results(op, boxes, places, classes, best[0], count);
}

/// The best class of each box, then suppression over all of them.
Translated by_box(Operation& op, const Options& options, ValueId boxes, rules::Suppression from) {
  GraphBuilder& b = op.builder();
  const ValueId classes = WALLE_TRY(b.one("ArgMax", {from.scores}, {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}}));
  const ValueId best = WALLE_TRY(make::reduce(b, "ReduceMax", from.scores, {1}, false));
  from.scores = WALLE_TRY(make::reshape(b, best, Ints{1, -1}));
  from.turns = options.turns;
  const auto chosen = WALLE_TRY(rules::suppressed(op, from));
  const ValueId names = WALLE_TRY(b.one("Gather", {classes, chosen.indices}, {{"axis", int64_t{0}}}));
  return results(op, boxes, chosen.indices, names, chosen.scores, chosen.count);
}

Translated translate(Operation& op) {
  const Options options = WALLE_TRY(options_of(op));
  GraphBuilder& b = op.builder();
  const ValueId all = WALLE_TRY(rules::squeezed(op, WALLE_TRY(op.real(1)), {0}));
  const Ints dims = WALLE_TRY(op.known_dims(all));
  if (dims.size() != 2 || dims[1] < options.classes)
    return Operation::fail(ErrorCode::invalid_argument, "has fewer scores than classes");
  const ValueId boxes = WALLE_TRY(decoded(op, options));
  const rules::Suppression from = {.boxes = boxes,
                                   .scores = WALLE_TRY(make::slice(b, all, 1, dims[1] - options.classes, dims[1])),
                                   .overlap = b.scalar(DType::f32, static_cast<double>(options.overlap)),
                                   .least = b.scalar(DType::f32, static_cast<double>(options.least)),
                                   .strikes = "Greater",
                                   .takes = "GreaterOrEqual"};
  return options.by_class ? by_class(op, options, boxes, from) : by_box(op, options, boxes, from);
}

}  // namespace

extern const TranslationDef kTfliteDetectionPostProcess;
const TranslationDef kTfliteDetectionPostProcess = {
    .code = schema::BuiltinOperator::CUSTOM, .custom = "TFLite_Detection_PostProcess", .translate = translate};

}  // namespace walle::import::tflite
