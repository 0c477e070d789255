#include <algorithm>
#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/quantization.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const BinaryOp op = std::get<QuantizedBinaryAttributes>(p.attributes).op;
  if (op != BinaryOp::add && op != BinaryOp::sub && op != BinaryOp::mul) return Refusal{"only add, sub and mul"};
  const DType y = p.results[0].dtype;
  if (!is_byte(p.operands[0].dtype) || !is_byte(p.operands[1].dtype) || !is_byte(y)) return Refusal{"only 8 bits"};
  return refuse_if(p.operands[0].dims != p.results[0].dims || p.operands[1].dims != p.results[0].dims,
                   "operands and result differ in shape");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 8); }

float combine(BinaryOp op, float a, float b) {
  if (op == BinaryOp::add) return a + b;
  return op == BinaryOp::sub ? a - b : a * b;
}

void run(const Arguments& a, TileRange) noexcept {
  const Problem& p = *a.problem;
  const auto& q = std::get<QuantizedBinaryAttributes>(p.attributes);
  const IntegerRange range = integer_range(p.results[0].dtype);
  walk<3>(p.results[0].dims, {p.operands[0].strides, p.operands[1].strides, p.results[0].strides}, [&](const auto& at) {
    const auto left = load_as<int64_t>(p.operands[0].dtype, a.operands[0], at[0]);
    const auto right = load_as<int64_t>(p.operands[1].dtype, a.operands[1], at[1]);
    const float x = static_cast<float>(left - q.a_zero) * q.a_scale;
    const float z = static_cast<float>(right - q.b_zero) * q.b_scale;
    const double steps = static_cast<double>(std::nearbyint(combine(q.op, x, z) / q.y_scale)) + q.y_zero;
    const double y = std::clamp(std::clamp(steps, range.low, range.high), double(q.low), double(q.high));
    store_as(p.results[0].dtype, a.results[0], at[2], y);
  });
}

}  // namespace

extern const KernelDef kQuantizedBinaryRef;
const KernelDef kQuantizedBinaryRef = {.name = "quantized_binary_ref",
                                       .family = Family::quantized_binary,
                                       .variant = "ref",
                                       .accepts = accepts,
                                       .work = work,
                                       .tiles = one_tile,
                                       .run = run};

}  // namespace walle::kernels
