#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// Inputs: indices, the table; rows of a quantised table are dequantised after they are picked.
Translated translate(Operation& op) {
  const ValueId indices = WALLE_TRY(op.index(0));
  const ValueId stored = WALLE_TRY(op.stored(1));
  const TensorInfo& table = op.input(1);
  const bool per_row = table.quantised() && table.quantisation.scale.size() > 1;
  const ValueId rows = per_row ? WALLE_TRY(op.real(1)) : stored;
  const ValueId y = WALLE_TRY(op.builder().one("Gather", {rows, indices}, {{"axis", int64_t{0}}}));
  return one(per_row || op.output(0).quantised() ? Result<ValueId>(y) : op.real(y, table));
}

}  // namespace

extern const TranslationDef kEmbeddingLookup;
const TranslationDef kEmbeddingLookup = {.code = schema::BuiltinOperator::EMBEDDING_LOOKUP, .translate = translate};

}  // namespace walle::import::tflite
