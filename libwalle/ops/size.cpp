#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  context.set(0, DType::i64, {});
  if (node.value(0).shape) context.set_known(0, {rules::product(context, *node.value(0).shape)});
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const Ints dims = WALLE_TRY(node.dims(0));
  return std::vector<Region>{{.source = Region::kFill, .fill = static_cast<double>(rules::count(dims))}};
}

}  // namespace

extern const OpDef kSize = {.name = "Size",
                            .formula = "y = the number of x's elements",
                            .op_class = OpClass::transform,
                            .operands = {1, 1},
                            .results = {1, 1},
                            .infer = infer,
                            .regions = regions};

}  // namespace walle::ops
