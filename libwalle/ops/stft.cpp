#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

constexpr int64_t kMaxStep = int64_t{1} << 31;

struct Frames {
  int64_t step = 0, length = 0;
};

/// Step and length of a frame; nullopt if they depend on data.
Result<std::optional<Frames>> frames_of(const NodeView& node) {
  const auto step = WALLE_TRY(rules::known_count(node, 1, 1, kMaxStep));
  if (!step) return std::optional<Frames>();
  if (node.has(3)) {
    const auto length = WALLE_TRY(rules::known_count(node, 3, 1, kMaxStep));
    return length ? std::optional(Frames{*step, *length}) : std::optional<Frames>();
  }
  if (!node.has(2) && node.value(0).shape && node.value(0).shape->size() > 1 && (*node.value(0).shape)[1].known())
    return std::optional(Frames{*step, (*node.value(0).shape)[1].value()});
  const bool window = node.has(2) && node.value(2).shape && node.value(2).shape->size() == 1;
  if (!window || !(*node.value(2).shape)[0].known()) return std::optional<Frames>();
  return std::optional(Frames{*step, (*node.value(2).shape)[0].value()});
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto frames = WALLE_TRY(frames_of(node));
  if (!frames || !node.value(0).shape) {
    rules::set_fresh(context, 0, dtype, 4);
    return {};
  }
  const Shape& x = *node.value(0).shape;
  if (x.size() < 2) return node.fail(ErrorCode::invalid_argument, "needs an operand of rank 2 or 3");
  const bool onesided = WALLE_TRY(node.attribute_int("onesided", 1)) != 0;
  const Dim rest = rules::minus(context, x[1], Dim(frames->length));
  if (rest.known() && rest.value() < 0)
    return node.fail(ErrorCode::invalid_argument, "a frame is longer than the signal");
  const Dim count = rules::plus(context, rules::over(context, rest, Dim(frames->step)), Dim(1));
  context.set(0, dtype, {x[0], count, Dim(onesided ? frames->length / 2 + 1 : frames->length), Dim(2)});
  return {};
}

/// Frames are gathered, weighted by the window and transformed.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto frames = WALLE_TRY(frames_of(node));
  if (!frames) return node.fail(ErrorCode::unsupported, "the frames depend on data");
  const Ints x = WALLE_TRY(node.dims(0));
  const Ints result = WALLE_TRY(node.result_dims(0));
  WALLE_TRY(rules::check_table(node, {result[1], frames->length}));
  Ints positions;
  for (int64_t f = 0; f < result[1]; ++f) {
    for (int64_t i = 0; i < frames->length; ++i) positions.push_back(f * frames->step + i);
  }
  const int64_t parts = x.size() > 2 ? x[2] : 1;
  const int64_t onesided = WALLE_TRY(node.attribute_int("onesided", 1));
  const ValueId signal = node.operand(0);
  const ValueId window = node.operand(2);
  const ValueId rows = WALLE_TRY(builder.one("Gather", {signal, builder.ints(positions)}, {{"axis", int64_t{1}}}));
  ValueId framed = WALLE_TRY(rules::reshape(builder, rows, Ints{x[0], result[1], frames->length, parts}));
  if (window != kNoValue) {
    const ValueId weights = WALLE_TRY(rules::reshape(builder, window, Ints{frames->length, 1}));
    framed = WALLE_TRY(builder.one("Mul", {framed, weights}));
  }
  return rules::replaced(builder.one("DFT", {framed}, {{"axis", int64_t{2}}, {"onesided", onesided}}));
}

}  // namespace

extern const OpDef kStft = {.name = "STFT",
                            .formula = "y[f] = DFT(window * x[f·step : f·step + length])",
                            .op_class = OpClass::composite,
                            .operands = {2, 4},
                            .results = {1, 1},
                            .attributes = "onesided:int=1",
                            .infer = infer,
                            .decompose = decompose};

}  // namespace walle::ops
