#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// y = a · b over the last two axes, each transposed if its option says so.
Result<ValueId> operand(Operation& op, size_t input, bool transposed) {
  const size_t rank = WALLE_TRY(op.rank(WALLE_TRY(op.stored(input))));
  if (!transposed || rank < 2) return op.real(input);
  Ints perm;
  for (size_t i = 0; i < rank; ++i) perm.push_back(static_cast<int64_t>(i));
  std::swap(perm[rank - 1], perm[rank - 2]);
  return op.real(input, perm);
}

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::BatchMatMulOptions>());
  const ValueId x = WALLE_TRY(operand(op, 0, options->adj_x()));
  const ValueId y = WALLE_TRY(operand(op, 1, options->adj_y()));
  return one(op.builder().one("MatMul", {x, y}));
}

}  // namespace

extern const TranslationDef kBatchMatmul;
const TranslationDef kBatchMatmul = {.code = schema::BuiltinOperator::BATCH_MATMUL, .translate = translate};

}  // namespace walle::import::tflite
