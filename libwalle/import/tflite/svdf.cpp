#include "libwalle/import/tflite/rules/activation.h"
#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// A layer of low rank over the last steps. The state holds, for each filter, its products with those steps:
// state' = state without its oldest step, and x · feature; y = activation(Σ_rank Σ_steps state' · time + bias).
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::SVDFOptions>());
  GraphBuilder& b = op.builder();
  const Ints time = WALLE_TRY(op.known_dims(WALLE_TRY(op.stored(2))));
  const int64_t rank = options->rank();
  if (time.size() != 2 || rank < 1 || time[0] % rank != 0)
    return Operation::fail(ErrorCode::invalid_argument, "its rank does not fit its filters");
  const int64_t filters = time[0], steps = time[1];
  const ValueId newest = WALLE_TRY(b.one("MatMul", {WALLE_TRY(op.real(0)), WALLE_TRY(op.real(1, {1, 0}))}));
  const ValueId column = WALLE_TRY(make::reshape(b, newest, Ints{-1, filters, 1}));
  const ValueId state = WALLE_TRY(make::reshape(b, WALLE_TRY(op.real(4)), Ints{-1, filters, steps}));
  const ValueId kept = WALLE_TRY(make::slice(b, state, 2, 1, steps));
  const ValueId next = WALLE_TRY(make::concat(b, {kept, column}, 2));
  WALLE_TRY(op.set_state(4, WALLE_TRY(make::reshape(b, next, Ints{-1, filters * steps}))));
  const ValueId product = WALLE_TRY(b.one("Mul", {next, WALLE_TRY(op.real(2))}));
  const ValueId sums = WALLE_TRY(make::reduce(b, "ReduceSum", product, {2}, false));
  const ValueId ranks = WALLE_TRY(make::reshape(b, sums, Ints{-1, filters / rank, rank}));
  ValueId y = WALLE_TRY(make::reduce(b, "ReduceSum", ranks, {2}, false));
  if (op.has(3)) y = WALLE_TRY(b.one("Add", {y, WALLE_TRY(op.real(3))}));
  return one(rules::activated(b, y, options->fused_activation_function()));
}

}  // namespace

extern const TranslationDef kSvdf;
const TranslationDef kSvdf = {.code = schema::BuiltinOperator::SVDF, .translate = translate};

}  // namespace walle::import::tflite
