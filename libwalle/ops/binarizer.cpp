#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto threshold = static_cast<double>(WALLE_TRY(node.attribute_float("threshold", 0)));
  rules::Formula f(builder);
  return f.results({compare("Greater", f.of(node.operand(0)), threshold).cast(WALLE_TRY(node.dtype(0)))});
}

}  // namespace

extern const OpDef kBinarizer = {.name = "Binarizer",
                                 .domain = "ai.onnx.ml",
                                 .formula = "y = x > threshold ? 1 : 0",
                                 .op_class = OpClass::composite,
                                 .operands = {1, 1},
                                 .results = {1, 1},
                                 .attributes = "threshold:float=0",
                                 .infer = rules::infer_same,
                                 .decompose = decompose};

}  // namespace walle::ops
