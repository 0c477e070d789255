#include "libwalle/ops/rules/elementwise.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(rules::infer_boolean(node, context));
  const auto elements = node.known(0);
  if (!elements) return {};
  std::vector<Dim> inverted;
  for (const Dim& element : *elements) {
    if (!element.known()) return {};
    inverted.emplace_back(element.value() == 0 ? 1 : 0);
  }
  context.set_known(0, std::move(inverted));
  return {};
}

}  // namespace

extern const OpDef kNot = {.name = "Not",
                           .formula = "y = ¬x",
                           .op_class = OpClass::atomic,
                           .operands = {1, 1},
                           .results = {1, 1},
                           .infer = infer,
                           .atomic = rules::unary_form<UnaryOp::logical_not>};

}  // namespace walle::ops
