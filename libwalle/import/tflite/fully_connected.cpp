#include "libwalle/import/tflite/rules/activation.h"

namespace walle::import::tflite {
namespace {

// y = activation(x · wᵀ + bias), w as [out, in]; x is a matrix, or its axes stay (keep_num_dims).
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::FullyConnectedOptions>());
  if (options->weights_format() != schema::WeightsFormat::DEFAULT)
    return Operation::fail(ErrorCode::unsupported, "shuffled weights; convert the model without them");
  GraphBuilder& b = op.builder();
  ValueId x = WALLE_TRY(op.real(0));
  const Ints weight = WALLE_TRY(op.known_dims(WALLE_TRY(op.stored(1))));
  if (weight.size() != 2) return Operation::fail(ErrorCode::invalid_argument, "the weight is no matrix");
  const size_t rank = WALLE_TRY(op.rank(x));
  ValueId y = kNoValue;
  if (options->keep_num_dims() && rank != 2) {
    y = WALLE_TRY(b.one("MatMul", {x, WALLE_TRY(op.real(1, {1, 0}))}));
    if (op.has(2)) y = WALLE_TRY(b.one("Add", {y, WALLE_TRY(op.real(2))}));
  } else {
    if (rank != 2) x = WALLE_TRY(make::reshape(b, x, Ints{-1, weight[1]}));
    std::vector<ValueId> operands = {x, WALLE_TRY(op.real(1))};
    if (op.has(2)) operands.push_back(WALLE_TRY(op.real(2)));
    y = WALLE_TRY(b.one("Gemm", std::move(operands), {{"transB", int64_t{1}}}));
  }
  return one(rules::activated(op.builder(), y, options->fused_activation_function()));
}

}  // namespace

extern const TranslationDef kFullyConnected;
const TranslationDef kFullyConnected = {.code = schema::BuiltinOperator::FULLY_CONNECTED, .translate = translate};

}  // namespace walle::import::tflite
