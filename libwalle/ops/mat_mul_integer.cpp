#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/product.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(1));
  return rules::infer_product(node, context, 0, 1, DType::i32);
}

/// Canonical: matrices, all zero points given or none. Vectors become matrices.
Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Ints a = WALLE_TRY(node.dims(0));
  Ints b = WALLE_TRY(node.dims(1));
  const bool matrices = a.size() > 1 && b.size() > 1;
  if (matrices && (node.operand_count() == 2 || (node.has(2) && node.has(3)))) return rules::canonical();
  std::vector<ValueId> operands = {node.operand(0), node.operand(1)};
  if (a.size() == 1) operands[0] = WALLE_TRY(rules::reshape(builder, operands[0], Ints{1, a[0]}));
  if (b.size() == 1) operands[1] = WALLE_TRY(rules::reshape(builder, operands[1], Ints{b[0], 1}));
  if (node.operand_count() > 2) {
    for (size_t i = 0; i < 2; ++i) {
      operands.push_back(node.has(2 + i) ? node.operand(2 + i) : builder.scalar(WALLE_TRY(node.dtype(i)), 0));
    }
  }
  const Ints dims = WALLE_TRY(node.result_dims(0));
  const ValueId y = WALLE_TRY(builder.one("MatMulInteger", std::move(operands)));
  return rules::replaced(rules::reshape(builder, y, dims));
}

Result<CoreForm> atomic(const NodeView&) { return CoreForm{.attributes = MatMulAttributes{}}; }

}  // namespace

extern const OpDef kMatMulInteger = {.name = "MatMulInteger",
                                     .formula = "y[…,m,n] = Σ_k (a[…,m,k] - a_zero) * (b[…,k,n] - b_zero), in i32",
                                     .op_class = OpClass::atomic,
                                     .operands = {2, 4},
                                     .results = {1, 1},
                                     .infer = infer,
                                     .decompose = decompose,
                                     .atomic = atomic};

}  // namespace walle::ops
