#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/upgrade.h"

namespace walle::ops {
namespace {

/// Removed in opset 10: a Resize with asymmetric coordinates, rounded down; scales as attribute or operand 1.
Status upgrade(Node& node, int, GraphBuilder& builder) {
  if (node.operands.size() == 2) node.operands = {node.operands[0], kNoValue, node.operands[1]};
  const auto mode = node.attributes.find("mode");
  if (mode != node.attributes.end()) {
    const auto* name = std::get_if<std::string>(&mode->second);
    if (name != nullptr && *name == "bilinear") mode->second = std::string("linear");
  }
  node.attributes["coordinate_transformation_mode"] = std::string("asymmetric");
  node.attributes["nearest_mode"] = std::string("floor");
  return rules::become(node, builder, "Resize");
}

}  // namespace

extern const OpDef kUpsample = {.name = "Upsample",
                                .formula = "y = Resize(x, scales), asymmetric, rounded down",
                                .op_class = OpClass::composite,
                                .operands = {1, 2},
                                .results = {1, 1},
                                .attributes = "mode:string=nearest, scales:floats?",
                                .upgrade = upgrade};

}  // namespace walle::ops
