#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

/// One number for all features, or one for each.
Result<Term> of_features(const NodeView& node, rules::Formula& f, std::string_view name, float fallback) {
  const auto values = WALLE_TRY(graph::attribute_floats(node.node().attributes, name, {fallback}));
  const Ints dims = WALLE_TRY(node.dims(0));
  const int64_t features = dims.empty() ? 1 : dims.back();
  if (values.size() != 1 && std::ssize(values) != features)
    return node.fail(ErrorCode::invalid_argument, std::string(name) + " is not one number, nor one for each feature");
  return f.constant(std::vector<double>(values.begin(), values.end()), Ints{std::ssize(values)}, DType::f32);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  const Term offset = WALLE_TRY(of_features(node, f, "offset", 0));
  const Term scale = WALLE_TRY(of_features(node, f, "scale", 1));
  const Term y = (f.of(node.operand(0)).cast(DType::f32) - offset) * scale;
  return f.results({y.reshape(WALLE_TRY(node.dims(0)))});
}

}  // namespace

extern const OpDef kScaler = {.name = "Scaler",
                              .domain = "ai.onnx.ml",
                              .formula = "y = (x - offset) · scale, of each feature",
                              .op_class = OpClass::composite,
                              .operands = {1, 1},
                              .results = {1, 1},
                              .attributes = "offset:floats?, scale:floats?",
                              .infer = rules::infer_f32,
                              .decompose = decompose};

}  // namespace walle::ops
