#include "libwalle/ops/rules/scores.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  const Term x = WALLE_TRY(rules::sample_rows(node, f)).cast(DType::f32);
  const std::string name = WALLE_TRY(node.attribute_string("norm", "MAX"));
  const Term norm = name == "MAX"  ? x.reduce("ReduceMax", {1})
                    : name == "L1" ? x.reduce("ReduceL1", {1})
                                   : x.reduce("ReduceL2", {1});
  const Term safe = where(compare("Equal", norm, 0), norm.number(1), norm);
  return f.results({(x / safe).reshape(WALLE_TRY(node.dims(0)))});
}

}  // namespace

extern const OpDef kNormalizer = {
    .name = "Normalizer",
    .domain = "ai.onnx.ml",
    .formula = "y[n] = x[n] / norm(x[n]) (largest element, L1 or L2); rows of norm 0 stay",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes = "norm:string(MAX|L1|L2)?",
    .infer = rules::infer_f32,
    .decompose = decompose};

}  // namespace walle::ops
