#include "libwalle/ops/rules/activation.h"

#include <algorithm>
#include <array>

#include "libwalle/ops/rules/build.h"

namespace walle::ops::rules {
namespace {

/// ONNX's names with the defaults of alpha and beta. `takes`: how many of the two the lists of the node hold for it.
struct Row {
  std::string_view name;
  float alpha, beta;
  int takes;
};
constexpr std::array<Row, 11> kRows = {{{"Relu", 0, 0, 0},
                                        {"Tanh", 0, 0, 0},
                                        {"Sigmoid", 0, 0, 0},
                                        {"Softsign", 0, 0, 0},
                                        {"Softplus", 0, 0, 0},
                                        {"Affine", 1, 0, 2},
                                        {"LeakyRelu", 0.01F, 0, 1},
                                        {"ThresholdedRelu", 1, 0, 1},
                                        {"ScaledTanh", 1, 1, 2},
                                        {"HardSigmoid", 0.2F, 0.5F, 2},
                                        {"Elu", 1, 0, 1}}};

Result<std::vector<std::string>> names_of(const NodeView& node, const std::vector<std::string>& defaults,
                                          size_t directions) {
  std::vector<std::string> names;
  const auto it = node.node().attributes.find("activations");
  if (it != node.node().attributes.end()) {
    const auto* given = std::get_if<std::vector<std::string>>(&it->second);
    if (given == nullptr) return node.fail(ErrorCode::invalid_argument, "activations must be a list of strings");
    names = *given;
  }
  while (names.empty() || names.size() < defaults.size() * directions) {
    names.insert(names.end(), defaults.begin(), defaults.end());
  }
  return names;
}

}  // namespace

Result<std::vector<Activation>> activations_of(const NodeView& node, const std::vector<std::string>& defaults,
                                               size_t directions) {
  const auto alphas = WALLE_TRY(graph::attribute_floats(node.node().attributes, "activation_alpha", {}));
  const auto betas = WALLE_TRY(graph::attribute_floats(node.node().attributes, "activation_beta", {}));
  size_t next_alpha = 0;
  size_t next_beta = 0;
  std::vector<Activation> result;
  for (const std::string& name : WALLE_TRY(names_of(node, defaults, directions))) {
    const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) { return r.name == name; });
    if (row == kRows.end()) return node.fail(ErrorCode::unsupported, "activation '" + name + "'");
    float alpha = row->alpha;
    float beta = row->beta;
    if (row->takes > 0 && next_alpha < alphas.size()) alpha = alphas[next_alpha++];
    if (row->takes > 1 && next_beta < betas.size()) beta = betas[next_beta++];
    result.push_back({name, static_cast<double>(alpha), static_cast<double>(beta)});
  }
  return result;
}

Result<ValueId> activate(const NodeView& node, GraphBuilder& builder, const Activation& activation, ValueId x) {
  static_cast<void>(node);
  const auto alpha = static_cast<float>(activation.alpha);
  const auto beta = static_cast<float>(activation.beta);
  if (activation.name == "Affine") {
    const ValueId scaled = WALLE_TRY(with_scalar(builder, "Mul", x, activation.alpha));
    return with_scalar(builder, "Add", scaled, activation.beta);
  }
  if (activation.name == "ScaledTanh") {
    const ValueId scaled = WALLE_TRY(with_scalar(builder, "Mul", x, activation.beta));
    const ValueId y = WALLE_TRY(builder.one("Tanh", {scaled}));
    return with_scalar(builder, "Mul", y, activation.alpha);
  }
  if (activation.name == "HardSigmoid") return builder.one("HardSigmoid", {x}, {{"alpha", alpha}, {"beta", beta}});
  const bool takes = activation.name == "LeakyRelu" || activation.name == "ThresholdedRelu" || activation.name == "Elu";
  return builder.one(activation.name, {x}, takes ? Attributes{{"alpha", alpha}} : Attributes{});
}

}  // namespace walle::ops::rules
