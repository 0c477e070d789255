#include "libwalle/train/parameters.h"

#include <algorithm>
#include <array>
#include <regex>

#include "libwalle/graph/op.h"

namespace walle::train {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

constexpr size_t kMostPattern = 256;

/// Operators whose operands from this position on are settings, not weights.
struct Settings {
  std::string_view op;
  size_t first;
};
constexpr std::array<Settings, 10> kSettings = {{{"BatchNormalization", 3},
                                                 {"Resize", 1},
                                                 {"Upsample", 1},
                                                 {"Pad", 1},
                                                 {"Clip", 1},
                                                 {"Dropout", 1},
                                                 {"OneHot", 1},
                                                 {"Range", 0},
                                                 {"QuantizeLinear", 1},
                                                 {"DequantizeLinear", 1}}};

size_t first_setting(const Node& node) {
  for (const Settings& settings : kSettings) {
    if (node.op->name == settings.op) return settings.first;
  }
  return node.operands.size();
}

/// Constants that may change, in the order of their ids.
std::vector<ValueId> candidates(const Graph& graph) {
  std::vector<bool> weight(graph.values.size(), false);
  std::vector<bool> setting(graph.values.size(), false);
  for (const Node& node : graph.nodes) {
    const size_t first = first_setting(node);
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (node.operands[i] == kNoValue) continue;
      const auto id = static_cast<size_t>(node.operands[i]);
      (i < first ? weight : setting)[id] = true;
    }
  }
  std::vector<ValueId> found;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const auto& constant = graph.values[v].constant;
    if (!constant || !weight[v] || setting[v]) continue;
    const DType dtype = constant->dtype();
    if ((dtype == DType::f32 || dtype == DType::f64) && !constant->dims().empty() && constant->count() > 0)
      found.push_back(static_cast<ValueId>(v));
  }
  return found;
}

Result<std::regex> compile(const std::string& pattern) {
  if (pattern.size() > kMostPattern)
    return fail(ErrorCode::invalid_argument, "the expression for parameters is longer than 256 characters");
  try {
    return std::regex(pattern);
  } catch (const std::regex_error& error) {
    return fail(ErrorCode::invalid_argument,
                "'" + pattern + "' is not a regular expression for parameters: " + error.what());
  }
}

std::string names_of(const Graph& graph, const std::vector<ValueId>& ids) {
  constexpr size_t kMost = 20;
  std::string names;
  for (size_t i = 0; i < std::min(ids.size(), kMost); ++i) names += (i == 0 ? "" : ", ") + graph.value(ids[i]).name;
  return ids.size() > kMost ? names + ", …" : names;
}

}  // namespace

Result<std::vector<ValueId>> find_parameters(const Graph& graph, const std::string& pattern) {
  const auto all = candidates(graph);
  if (all.empty()) return fail(ErrorCode::invalid_argument, "the model has no floating-point weights to train");
  if (pattern.empty()) return all;
  const std::regex expression = WALLE_TRY(compile(pattern));
  std::vector<ValueId> chosen;
  for (const ValueId id : all) {
    if (std::regex_search(graph.value(id).name, expression)) chosen.push_back(id);
  }
  if (!chosen.empty()) return chosen;
  return fail(ErrorCode::invalid_argument,
              "no parameter's name matches '" + pattern + "'; there are " + names_of(graph, all));
}

}  // namespace walle::train
