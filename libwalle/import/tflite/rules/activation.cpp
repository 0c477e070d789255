#include "libwalle/import/tflite/rules/activation.h"

#include <array>

namespace walle::import::tflite::rules {
namespace {

using schema::ActivationFunctionType;

struct Row {
  ActivationFunctionType activation;
  std::string_view op;
  float low = 0, high = 0;  ///< of Clip
};
constexpr std::array<Row, 4> kRows = {{{ActivationFunctionType::RELU, "Relu"},
                                       {ActivationFunctionType::RELU_N1_TO_1, "Clip", -1, 1},
                                       {ActivationFunctionType::RELU6, "Clip", 0, 6},
                                       {ActivationFunctionType::TANH, "Tanh"}}};

}  // namespace

Result<ValueId> clipped(GraphBuilder& b, ValueId x, float low, float high) {
  const ValueId least = make::scalar_like(b, x, static_cast<double>(low));
  const ValueId most = make::scalar_like(b, x, static_cast<double>(high));
  return b.one("Clip", {x, least, most});
}

Result<ValueId> activated(GraphBuilder& b, ValueId x, ActivationFunctionType activation) {
  if (activation == ActivationFunctionType::NONE) return x;
  for (const Row& row : kRows) {
    if (row.activation != activation) continue;
    return row.op == "Clip" ? clipped(b, x, row.low, row.high) : b.one(row.op, {x});
  }
  return Operation::fail(ErrorCode::unsupported,
                         "has fused activation " + std::to_string(static_cast<int>(activation)));
}

}  // namespace walle::import::tflite::rules
