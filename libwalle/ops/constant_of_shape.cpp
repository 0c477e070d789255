#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/regions.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

Status infer(const NodeView& node, InferContext& context) {
  const auto* value = WALLE_TRY(rules::attribute_tensor(node, "value"));
  if (value != nullptr && value->count() != 1) return node.fail(ErrorCode::invalid_argument, "value needs one element");
  const DType dtype = value != nullptr ? value->dtype() : DType::f32;
  const auto target = node.known(0);
  if (!target) {
    const auto& shape = node.value(0).shape;
    if (shape && shape->size() == 1 && (*shape)[0].known() && (*shape)[0].value() <= 64) {
      rules::set_fresh(context, 0, dtype, static_cast<size_t>((*shape)[0].value()));
    } else {
      context.set_unknown_shape(0, dtype);
    }
    return {};
  }
  for (const Dim& dim : *target) {
    if (dim.known() && dim.value() < 0) return node.fail(ErrorCode::invalid_argument, "the shape has a negative size");
  }
  context.set(0, dtype, *target);
  const bool few = target->size() == 1 && (*target)[0].known() && (*target)[0].value() <= 64;
  if (!few || is_float(dtype)) return {};
  const double element = value != nullptr ? rules::element(*value, 0) : 0;
  context.set_known(0, std::vector<Dim>(static_cast<size_t>((*target)[0].value()), Dim(static_cast<int64_t>(element))));
  return {};
}

Result<std::vector<Region>> regions(const NodeView& node, size_t) {
  const auto* value = WALLE_TRY(rules::attribute_tensor(node, "value"));
  std::vector<Region> made = rules::linear(rules::count(WALLE_TRY(node.result_dims(0))));
  for (Region& region : made) {
    region.source = Region::kFill;
    region.fill = value != nullptr ? rules::element(*value, 0) : 0;
    region.axes[0].src_stride = 0;
  }
  return made;
}

}  // namespace

extern const OpDef kConstantOfShape = {.name = "ConstantOfShape",
                                       .formula = "y = a tensor of shape x filled with `value`",
                                       .op_class = OpClass::transform,
                                       .operands = {1, 1},
                                       .results = {1, 1},
                                       .attributes = "value:tensor?",
                                       .infer = infer,
                                       .regions = regions};

}  // namespace walle::ops
