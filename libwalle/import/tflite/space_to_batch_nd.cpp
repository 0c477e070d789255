#include "libwalle/import/tflite/rules/blocks.h"
#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// Pads the image, cuts it into blocks, and makes each place of a block an image of its own.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  ValueId x = WALLE_TRY(op.stored(0));
  const Ints block = WALLE_TRY(rules::block_of(op, x));
  Ints paddings = WALLE_TRY(rules::paddings(op, 2, block.size()));
  paddings.insert(paddings.begin(), 2, 0);
  paddings.resize(2 * WALLE_TRY(op.rank(x)), 0);
  x = WALLE_TRY(rules::padded(op, x, paddings, rules::stored_zero(op, x, op.input(0))));
  const Ints dims = WALLE_TRY(op.known_dims(x));
  const size_t count = block.size();
  Ints parts = {dims[0]}, order, result = {dims[0]};
  for (size_t i = 0; i < count; ++i) {
    if (dims[1 + i] % block[i] != 0) return Operation::fail(ErrorCode::invalid_argument, "blocks do not fit the image");
    parts.insert(parts.end(), {dims[1 + i] / block[i], block[i]});
    order.push_back(static_cast<int64_t>(2 + 2 * i));
    result[0] *= block[i];
    result.push_back(dims[1 + i] / block[i]);
  }
  order.push_back(0);
  for (size_t i = 0; i < count; ++i) order.push_back(static_cast<int64_t>(1 + 2 * i));
  for (size_t i = 1 + count; i < dims.size(); ++i) {
    order.push_back(static_cast<int64_t>(parts.size()));
    parts.push_back(dims[i]);
    result.push_back(dims[i]);
  }
  x = WALLE_TRY(make::transpose(b, WALLE_TRY(make::reshape(b, x, parts)), order));
  return one(make::reshape(b, x, result));
}

}  // namespace

extern const TranslationDef kSpaceToBatchNd;
const TranslationDef kSpaceToBatchNd = {.code = schema::BuiltinOperator::SPACE_TO_BATCH_ND, .translate = translate};

}  // namespace walle::import::tflite
