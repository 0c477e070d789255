#include "libwalle/import/tflite/rules/blocks.h"
#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// The inverse: images become the places of blocks, and the border is cropped.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  ValueId x = WALLE_TRY(op.stored(0));
  const Ints block = WALLE_TRY(rules::block_of(op, x));
  const Ints crops = WALLE_TRY(rules::paddings(op, 2, block.size()));
  const Ints dims = WALLE_TRY(op.known_dims(x));
  const size_t count = block.size();
  Ints parts = block, order = {static_cast<int64_t>(count)}, result;
  int64_t batch = dims[0];
  for (size_t i = 0; i < count; ++i) {
    if (batch % block[i] != 0) return Operation::fail(ErrorCode::invalid_argument, "blocks do not fit the batch");
    batch /= block[i];
    order.insert(order.end(), {static_cast<int64_t>(count + 1 + i), static_cast<int64_t>(i)});
  }
  parts.push_back(batch);
  result.push_back(batch);
  for (size_t i = 1; i < dims.size(); ++i) {
    parts.push_back(dims[i]);
    result.push_back(i <= count ? dims[i] * block[i - 1] : dims[i]);
    if (i > count) order.push_back(static_cast<int64_t>(count + i));
  }
  x = WALLE_TRY(make::transpose(b, WALLE_TRY(make::reshape(b, x, parts)), order));
  x = WALLE_TRY(make::reshape(b, x, result));
  rules::Cut cut;
  for (size_t i = 0; i < count; ++i) {
    cut.axes.push_back(static_cast<int64_t>(1 + i));
    cut.begin.push_back(crops[2 * i]);
    cut.end.push_back(result[1 + i] - crops[2 * i + 1]);
    cut.step.push_back(1);
  }
  return one(rules::sliced(op, x, cut));
}

}  // namespace

extern const TranslationDef kBatchToSpaceNd;
const TranslationDef kBatchToSpaceNd = {.code = schema::BuiltinOperator::BATCH_TO_SPACE_ND, .translate = translate};

}  // namespace walle::import::tflite
