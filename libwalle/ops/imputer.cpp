#include <cmath>

#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

/// What takes the place of a missing element: one number, or one for each feature.
Result<std::vector<double>> imputed(const NodeView& node, bool is_float) {
  if (is_float) {
    const auto values = WALLE_TRY(graph::attribute_floats(node.node().attributes, "imputed_value_floats", {}));
    return std::vector<double>(values.begin(), values.end());
  }
  const Ints values = WALLE_TRY(node.attribute_ints("imputed_value_int64s", {}));
  return std::vector<double>(values.begin(), values.end());
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  const Term x = f.of(node.operand(0));
  const bool is_float = x.dtype() == DType::f32 || x.dtype() == DType::f64;
  const auto values = WALLE_TRY(imputed(node, is_float));
  const Ints dims = WALLE_TRY(node.dims(0));
  if (values.size() != 1 && (dims.empty() || std::ssize(values) != dims.back()))
    return node.fail(ErrorCode::invalid_argument, "needs one value for all features, or one for each");
  const auto missing = is_float ? static_cast<double>(WALLE_TRY(node.attribute_float("replaced_value_float", 0)))
                                : static_cast<double>(WALLE_TRY(node.attribute_int("replaced_value_int64", 0)));
  const Term is_missing = std::isnan(missing) ? x.apply("IsNaN") : compare("Equal", x, missing);
  const Term y = where(is_missing, f.constant(values, Ints{std::ssize(values)}, x.dtype()), x);
  return f.results({y.reshape(dims)});
}

}  // namespace

extern const OpDef kImputer = {
    .name = "Imputer",
    .domain = "ai.onnx.ml",
    .formula = "y = x, or the imputed value where x is the replaced one (NaN: is not a number)",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "imputed_value_floats:floats?, imputed_value_int64s:ints?, replaced_value_float:float=0, "
        "replaced_value_int64:int=0",
    .infer = rules::infer_same,
    .decompose = decompose};

}  // namespace walle::ops
