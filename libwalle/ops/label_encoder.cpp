#include <algorithm>
#include <cmath>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

/// A list that is given as whole numbers, as floats, or as a tensor.
struct Numbers {
  std::vector<double> values;
  DType dtype = DType::f32;
};

Result<Numbers> numbers_of(const NodeView& node, const std::string& name) {
  Numbers list;
  if (node.has_attribute(name + "_strings")) return node.fail(ErrorCode::unsupported, "strings are not supported");
  if (const auto* tensor = WALLE_TRY(rules::attribute_tensor(node, name + "_tensor")); tensor != nullptr) {
    list.dtype = tensor->dtype();
    for (int64_t i = 0; i < tensor->count(); ++i) list.values.push_back(rules::element(*tensor, i));
  } else if (node.has_attribute(name + "_int64s")) {
    const Ints ints = WALLE_TRY(node.attribute_ints(name + "_int64s", {}));
    list = {std::vector<double>(ints.begin(), ints.end()), DType::i64};
  } else {
    const auto floats = WALLE_TRY(graph::attribute_floats(node.node().attributes, name + "_floats", {}));
    list.values.assign(floats.begin(), floats.end());
  }
  if (list.values.empty())
    return node.fail(ErrorCode::invalid_argument, "needs " + name + "_int64s, _floats or _tensor");
  return list;
}

/// What stands for keys that are not listed.
Result<double> fallback_of(const NodeView& node, DType dtype) {
  const auto* tensor = WALLE_TRY(rules::attribute_tensor(node, "default_tensor"));
  if (tensor != nullptr && tensor->count() == 1) return rules::element(*tensor, 0);
  if (dtype == DType::i64) return static_cast<double>(WALLE_TRY(node.attribute_int("default_int64", -1)));
  return static_cast<double>(WALLE_TRY(node.attribute_float("default_float", -0.0F)));
}

Status infer(const NodeView& node, InferContext& context) {
  return rules::infer_shape(node, context, WALLE_TRY(numbers_of(node, "values")).dtype);
}

/// True where x is the key, or neither is a number.
Term equals(Term x, const Numbers& keys) {
  Formula& f = x.formula();
  const Term same = compare("Equal", x, f.constant(keys.values, Ints{std::ssize(keys.values)}, x.dtype()));
  const auto nan = std::find_if(keys.values.begin(), keys.values.end(), [](double key) { return std::isnan(key); });
  if (nan == keys.values.end()) return same;
  const double at = static_cast<double>(nan - keys.values.begin());
  const Term is_nan_key = compare("Equal", f.positions(std::ssize(keys.values), 1, 0), at);
  return f.op("Or", {same, f.op("And", {x.apply("IsNaN"), is_nan_key})});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Numbers keys = WALLE_TRY(numbers_of(node, "keys"));
  const Numbers values = WALLE_TRY(numbers_of(node, "values"));
  if (keys.values.size() != values.values.size() || keys.dtype != WALLE_TRY(node.dtype(0)))
    return node.fail(ErrorCode::invalid_argument, "keys are not of the input's type, or not as many as values");
  Formula f(builder);
  const Ints dims = WALLE_TRY(node.dims(0));
  Ints longer = dims;
  longer.push_back(1);
  const auto axis = static_cast<int64_t>(dims.size());
  const Term hits = equals(f.of(node.operand(0)).reshape(longer), keys).cast(DType::i32);
  const Term first = hits.apply("ArgMax", {{"axis", axis}, {"keepdims", int64_t{0}}});
  const Term found = compare("Greater", hits.reduce("ReduceMax", {axis}), 0).reshape(dims);
  const Term table = f.constant(values.values, Ints{std::ssize(values.values)}, values.dtype);
  const Term fallback = f.number(values.dtype, WALLE_TRY(fallback_of(node, values.dtype)));
  return f.results({where(found, f.op("Gather", {table, first}, {{"axis", int64_t{0}}}), fallback)});
}

}  // namespace

extern const OpDef kLabelEncoder = {
    .name = "LabelEncoder",
    .domain = "ai.onnx.ml",
    .formula = "y = values[k] where x = keys[k], else the default",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "default_float:float=-0, default_int64:int=-1, default_string:string?, default_tensor:tensor?, "
        "keys_floats:floats?, keys_int64s:ints?, keys_strings:strings?, keys_tensor:tensor?, "
        "values_floats:floats?, values_int64s:ints?, values_strings:strings?, values_tensor:tensor?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
