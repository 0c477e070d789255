#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_same(node, context));
  const auto elements = node.known(0);
  if (!elements) return {};
  std::vector<Dim> negated;
  for (const Dim& element : *elements) {
    const auto one = Dim::sub(Dim(0), element);
    if (!one) return {};
    negated.push_back(*one);
  }
  context.set_known(0, std::move(negated));
  return {};
}

}  // namespace

extern const OpDef kNeg = {.name = "Neg",
                           .formula = "y = -x",
                           .op_class = OpClass::atomic,
                           .operands = {1, 1},
                           .results = {1, 1},
                           .infer = infer,
                           .atomic = rules::unary_form<UnaryOp::neg>};

}  // namespace walle::ops
