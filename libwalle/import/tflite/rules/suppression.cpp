#include "libwalle/import/tflite/rules/suppression.h"

#include <limits>

#include "libwalle/import/tflite/rules/control.h"

namespace walle::import::tflite::rules {
namespace {

constexpr int64_t kMaxTurns = 1 << 16;

/// Edges of boxes and their area, each [1, n] or, of picked ones, [rows, 1].
struct Boxes {
  ValueId top = kNoValue, left = kNoValue, bottom = kNoValue, right = kNoValue, area = kNoValue;
};

Result<Boxes> with_area(GraphBuilder& b, Boxes boxes) {
  const ValueId height = WALLE_TRY(b.one("Sub", {boxes.bottom, boxes.top}));
  const ValueId width = WALLE_TRY(b.one("Sub", {boxes.right, boxes.left}));
  boxes.area = WALLE_TRY(b.one("Mul", {height, width}));
  return boxes;
}

/// Rows of the boxes at these places [rows, 1].
Result<Boxes> picked(GraphBuilder& b, const Boxes& all, ValueId places) {
  const auto pick = [&](ValueId edge) -> Result<ValueId> {
    const ValueId flat = WALLE_TRY(make::reshape(b, edge, Ints{-1}));
    return b.one("Gather", {flat, places}, {{"axis", int64_t{0}}});
  };
  Boxes one;
  one.top = WALLE_TRY(pick(all.top));
  one.left = WALLE_TRY(pick(all.left));
  one.bottom = WALLE_TRY(pick(all.bottom));
  one.right = WALLE_TRY(pick(all.right));
  return with_area(b, one);
}

/// Intersection over union of every pair; 0 for boxes without an area.
Result<ValueId> overlap(GraphBuilder& b, const Boxes& x, const Boxes& y) {
  const auto length = [&](ValueId begin_x, ValueId begin_y, ValueId end_x, ValueId end_y) -> Result<ValueId> {
    const ValueId begin = WALLE_TRY(b.one("Max", {begin_x, begin_y}));
    const ValueId end = WALLE_TRY(b.one("Min", {end_x, end_y}));
    return b.one("Relu", {WALLE_TRY(b.one("Sub", {end, begin}))});
  };
  const ValueId height = WALLE_TRY(length(x.top, y.top, x.bottom, y.bottom));
  const ValueId width = WALLE_TRY(length(x.left, y.left, x.right, y.right));
  const ValueId both = WALLE_TRY(b.one("Mul", {height, width}));
  const ValueId sum = WALLE_TRY(b.one("Add", {x.area, y.area}));
  const ValueId ratio = WALLE_TRY(b.one("Div", {both, WALLE_TRY(b.one("Sub", {sum, both}))}));
  const ValueId least = WALLE_TRY(b.one("Min", {x.area, y.area}));
  const ValueId zero = make::scalar_like(b, ratio, 0);
  return b.one("Where", {WALLE_TRY(b.one("Greater", {least, zero})), ratio, zero});
}

/// The loop's body under construction: what a turn reads and makes.
struct Turn {
  ValueId scores = kNoValue, count = kNoValue;
  Boxes boxes;
  ValueId overlap = kNoValue, least = kNoValue, sigma = kNoValue;
};

/// Scores after a box was taken.
Result<ValueId> remaining(GraphBuilder& b, const Suppression& from, const Turn& turn, ValueId best, ValueId ratio) {
  const ValueId gone = b.scalar(DType::f32, -std::numeric_limits<double>::infinity());
  ValueId scores = turn.scores;
  if (turn.sigma != kNoValue) {
    const ValueId square = WALLE_TRY(b.one("Mul", {ratio, ratio}));
    const ValueId scaled = WALLE_TRY(b.one("Div", {WALLE_TRY(make::with_scalar(b, "Mul", square, -0.5)), turn.sigma}));
    const ValueId decay = WALLE_TRY(b.one("Exp", {scaled}));
    const ValueId soft = WALLE_TRY(b.one("Greater", {turn.sigma, b.scalar(DType::f32, 0)}));
    scores = WALLE_TRY(b.one("Where", {soft, WALLE_TRY(b.one("Mul", {scores, decay})), scores}));
  }
  const ValueId struck = WALLE_TRY(b.one(from.strikes, {ratio, turn.overlap}));
  scores = WALLE_TRY(b.one("Where", {struck, gone, scores}));
  const ValueId places = WALLE_TRY(make::positions(b, WALLE_TRY(b.dims(turn.scores))[1], 2, 1));
  return b.one("Where", {WALLE_TRY(b.one("Equal", {places, best})), gone, scores});
}

/// Outputs of the body: it goes on, scores, count, the place and score of this turn's box.
Translated outputs(GraphBuilder& b, const Suppression& from, const Turn& turn) {
  const ValueId best = WALLE_TRY(b.one("ArgMax", {turn.scores}, {{"axis", int64_t{1}}, {"keepdims", int64_t{1}}}));
  const ValueId score = WALLE_TRY(b.one("GatherElements", {turn.scores, best}, {{"axis", int64_t{1}}}));
  const ValueId good = WALLE_TRY(b.one(from.takes, {score, turn.least}));
  const ValueId ratio = WALLE_TRY(overlap(b, WALLE_TRY(picked(b, turn.boxes, best)), turn.boxes));
  const ValueId scores = WALLE_TRY(remaining(b, from, turn, best, ratio));
  const ValueId count = WALLE_TRY(b.one("Add", {turn.count, WALLE_TRY(make::cast(b, good, DType::i64))}));
  const ValueId place = WALLE_TRY(b.one("Where", {good, best, b.scalar(DType::i64, 0)}));
  const ValueId value = WALLE_TRY(b.one("Where", {good, score, b.scalar(DType::f32, 0)}));
  return std::vector{b.scalar(DType::boolean, 1), scores, count, place, value};
}

/// [turns, rows, 1] → [rows, turns].
Result<ValueId> by_row(GraphBuilder& b, ValueId scanned, int64_t rows, int64_t turns) {
  const ValueId flat = WALLE_TRY(make::reshape(b, scanned, Ints{turns, rows}));
  return make::transpose(b, flat, {1, 0});
}

}  // namespace

Result<Selected> suppressed(Operation& op, const Suppression& from) {
  GraphBuilder& b = op.builder();
  const Ints boxes = WALLE_TRY(op.known_dims(from.boxes));
  const Ints scores = WALLE_TRY(op.known_dims(from.scores));
  if (boxes.size() != 2 || boxes[1] != 4 || scores.size() != 2 || scores[1] != boxes[0] || boxes[0] < 1)
    return Operation::fail(ErrorCode::invalid_argument, "boxes and scores do not fit");
  if (from.turns < 1 || from.turns > kMaxTurns)
    return Operation::fail(ErrorCode::resource_exhausted, "selects " + std::to_string(from.turns) + " boxes");
  const ValueId edges = WALLE_TRY(make::transpose(b, from.boxes, {1, 0}));
  Boxes all;
  all.top = WALLE_TRY(make::slice(b, edges, 0, 0, 1));
  all.left = WALLE_TRY(make::slice(b, edges, 0, 1, 2));
  all.bottom = WALLE_TRY(make::slice(b, edges, 0, 2, 3));
  all.right = WALLE_TRY(make::slice(b, edges, 0, 3, 4));
  all = WALLE_TRY(with_area(b, all));
  auto body = empty_block(b);
  const auto input = [&](graph::Value value) {
    body->inputs.push_back(body->add_value(std::move(value)));
    return body->inputs.back();
  };
  ControlNode node{.op = "Loop",
                   .operands = {b.scalar(DType::i64, static_cast<double>(from.turns)), b.scalar(DType::boolean, 1)},
                   .attributes = {{"carried", int64_t{2}}},
                   .results = 4};
  input({.name = "turn", .dtype = DType::i64, .shape = graph::Shape()});
  input({.name = "goes_on", .dtype = DType::boolean, .shape = graph::Shape()});
  const auto pass = [&](ValueId value, const std::string& name) {
    node.operands.push_back(value);
    return input(like(b, value, name));
  };
  Turn turn;
  turn.scores = pass(from.scores, "scores");
  const ValueId none = WALLE_TRY(make::expand(b, b.scalar(DType::i64, 0), Ints{scores[0], 1}));
  turn.count = pass(none, "count");
  turn.boxes = {pass(all.top, "top"), pass(all.left, "left"), pass(all.bottom, "bottom"), pass(all.right, "right"),
                pass(all.area, "area")};
  turn.overlap = pass(from.overlap, "overlap");
  turn.least = pass(from.least, "least");
  if (from.sigma != kNoValue) turn.sigma = pass(from.sigma, "sigma");
  node.attributes["captures"] = static_cast<int64_t>(node.operands.size()) - 4;
  GraphBuilder inner(*body, b.table(), "turn");
  body->outputs = WALLE_TRY(outputs(inner, from, turn));
  node.blocks.push_back(std::move(body));
  const auto made = WALLE_TRY(control(op, std::move(node)));
  return Selected{.indices = WALLE_TRY(by_row(b, made[2], scores[0], from.turns)),
                  .scores = WALLE_TRY(by_row(b, made[3], scores[0], from.turns)),
                  .count = made[1]};
}

}  // namespace walle::import::tflite::rules
