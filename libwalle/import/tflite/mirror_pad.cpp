#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

/// x with its first `before` and last `after` slices mirrored at the border, which is mirrored as well.
Result<ValueId> symmetric(Operation& op, ValueId x, int64_t axis, int64_t before, int64_t after) {
  GraphBuilder& b = op.builder();
  const int64_t size = WALLE_TRY(op.known_dims(x))[static_cast<size_t>(axis)];
  if (before > size || after > size) return Operation::fail(ErrorCode::invalid_argument, "pads more than there is");
  std::vector<ValueId> parts = {x};
  if (before > 0) {
    const ValueId first = WALLE_TRY(make::slice(b, x, axis, 0, before));
    parts.insert(parts.begin(), WALLE_TRY(rules::reversed(op, first, {axis})));
  }
  if (after > 0) {
    const ValueId last = WALLE_TRY(make::slice(b, x, axis, size - after, size));
    parts.push_back(WALLE_TRY(rules::reversed(op, last, {axis})));
  }
  return make::concat(b, std::move(parts), axis);
}

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::MirrorPadOptions>());
  ValueId x = WALLE_TRY(op.stored(0));
  const Ints paddings = WALLE_TRY(rules::paddings(op, 1, WALLE_TRY(op.rank(x))));
  if (options->mode() == schema::MirrorPadMode::SYMMETRIC) {
    for (size_t i = 0; i < paddings.size(); i += 2)
      x = WALLE_TRY(symmetric(op, x, static_cast<int64_t>(i / 2), paddings[i], paddings[i + 1]));
    return std::vector{x};
  }
  Ints pads;
  for (size_t side = 0; side < 2; ++side) {
    for (size_t i = side; i < paddings.size(); i += 2) pads.push_back(paddings[i]);
  }
  return one(op.builder().one("Pad", {x, op.builder().ints(pads)}, {{"mode", std::string("reflect")}}));
}

}  // namespace

extern const TranslationDef kMirrorPad;
const TranslationDef kMirrorPad = {.code = schema::BuiltinOperator::MIRROR_PAD, .translate = translate};

}  // namespace walle::import::tflite
