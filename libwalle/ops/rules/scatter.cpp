#include "libwalle/ops/rules/scatter.h"

#include <algorithm>
#include <array>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {

Status infer_scatter(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  WALLE_TRY(node.dtype(1));
  if (WALLE_TRY(node.dtype(2)) != dtype)
    return node.fail(ErrorCode::invalid_argument, "operand and updates have different types");
  return infer_same(node, context);
}

Result<CoreForm> scatter_form(const NodeView& node, bool elements) {
  constexpr std::array<std::string_view, 5> kReductions = {"none", "add", "mul", "max", "min"};
  ScatterAttributes attributes{.elements = elements};
  if (elements) {
    const auto rank = static_cast<int64_t>(WALLE_TRY(node.dims(0)).size());
    attributes.axis = static_cast<int32_t>(WALLE_TRY(attribute_axis(node, 0, rank)));
  }
  const std::string reduction = WALLE_TRY(node.attribute_string("reduction", "none"));
  const auto* at = std::find(kReductions.begin(), kReductions.end(), reduction);
  if (at == kReductions.end()) return node.fail(ErrorCode::unsupported, "reduction '" + reduction + "'");
  attributes.reduction = static_cast<ScatterReduction>(at - kReductions.begin());
  return CoreForm{.attributes = attributes};
}

}  // namespace walle::ops::rules
