#include "libwalle/ops/rules/scores.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Term;

Result<Ints> widths_of(const NodeView& node) {
  Ints widths = WALLE_TRY(node.attribute_ints("inputdimensions", {}));
  if (widths.size() != node.node().operands.size())
    return node.fail(ErrorCode::invalid_argument, "inputdimensions is not one number for each input");
  return widths;
}

Status infer(const NodeView& node, InferContext& context) {
  int64_t width = 0;
  for (const int64_t one : WALLE_TRY(widths_of(node))) width += one;
  context.set(0, DType::f32, {WALLE_TRY(rules::sample_count(node, context)), Dim(width)});
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  rules::Formula f(builder);
  const Ints widths = WALLE_TRY(widths_of(node));
  const Ints result = WALLE_TRY(node.result_dims(0));
  std::vector<Term> parts;
  for (size_t i = 0; i < widths.size(); ++i) {
    const Ints dims = WALLE_TRY(node.dims(i));
    if (dims.empty() || dims.size() > 2 || dims.back() != widths[i] || (dims.size() == 2 ? dims[0] : 1) != result[0])
      return node.fail(ErrorCode::invalid_argument, "an input is not [N, its number in inputdimensions]");
    parts.push_back(f.of(node.operand(i)).cast(DType::f32).reshape({result[0], widths[i]}));
  }
  return f.results({concat(parts, 1)});
}

}  // namespace

extern const OpDef kFeatureVectorizer = {.name = "FeatureVectorizer",
                                         .domain = "ai.onnx.ml",
                                         .formula = "y[n] = the inputs' rows n, one after the other",
                                         .op_class = OpClass::composite,
                                         .operands = {1, -1},
                                         .results = {1, 1},
                                         .attributes = "inputdimensions:ints(0..16777216)",
                                         .infer = infer,
                                         .decompose = decompose};

}  // namespace walle::ops
