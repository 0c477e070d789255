#include "libwalle/ops/rules/tree_columns.h"

#include <algorithm>
#include <array>
#include <map>

#include "libwalle/ops/rules/constants.h"

namespace walle::ops::rules {
namespace {

constexpr std::array<std::string_view, 7> kModes = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE", "BRANCH_GT",
                                                    "BRANCH_EQ",  "BRANCH_NEQ", "LEAF"};
/// Tree and number of a node.
using Name = std::pair<int64_t, int64_t>;

/// A list of floats, or of doubles as the tensor NAME_as_tensor.
Result<std::vector<double>> numbers(const NodeView& node, const std::string& name) {
  std::vector<double> values;
  if (const auto* tensor = WALLE_TRY(attribute_tensor(node, name + "_as_tensor")); tensor != nullptr) {
    for (int64_t i = 0; i < tensor->count(); ++i) values.push_back(element(*tensor, i));
    return values;
  }
  const auto floats = WALLE_TRY(graph::attribute_floats(node.node().attributes, name, {}));
  return std::vector<double>(floats.begin(), floats.end());
}

struct Columns {
  Ints trees, ids, features, yes, no, nan;
  std::vector<double> values;
  std::vector<std::string> modes;
};

Result<Columns> columns_of(const NodeView& node) {
  Columns c;
  c.values = WALLE_TRY(numbers(node, "nodes_values"));
  c.modes = WALLE_TRY(graph::attribute_strings(node.node().attributes, "nodes_modes"));
  const size_t count = c.modes.size();
  const std::pair<std::string_view, Ints*> lists[] = {
      {"nodes_treeids", &c.trees},   {"nodes_nodeids", &c.ids},     {"nodes_featureids", &c.features},
      {"nodes_truenodeids", &c.yes}, {"nodes_falsenodeids", &c.no}, {"nodes_missing_value_tracks_true", &c.nan}};
  bool fit = c.values.size() == count;
  for (const auto& [name, list] : lists) {
    *list = WALLE_TRY(node.attribute_ints(name, {}));
    if (list->empty() && list == &c.nan) list->assign(count, 0);
    fit = fit && list->size() == count;
  }
  if (!fit) return node.fail(ErrorCode::invalid_argument, "attributes nodes_* differ in length");
  return c;
}

Result<std::map<Name, int64_t>> positions_of(const NodeView& node, const Columns& c) {
  std::map<Name, int64_t> positions;
  for (size_t i = 0; i < c.ids.size(); ++i) {
    if (!positions.emplace(Name{c.trees[i], c.ids[i]}, static_cast<int64_t>(i)).second)
      return node.fail(ErrorCode::invalid_argument, "a tree has two nodes with the same number");
  }
  return positions;
}

/// Position, or -1: a branch that leads to no node, which evaluate_forest refuses.
int64_t position(const std::map<Name, int64_t>& positions, Name name) {
  const auto it = positions.find(name);
  return it == positions.end() ? -1 : it->second;
}

/// The nodes, and as roots those to which no branch leads.
Status add_nodes(const NodeView& node, const Columns& c, const std::map<Name, int64_t>& positions, Forest& forest) {
  std::vector<bool> below(c.ids.size(), false);
  for (size_t i = 0; i < c.ids.size(); ++i) {
    const auto mode = std::find(kModes.begin(), kModes.end(), c.modes[i]);
    if (mode == kModes.end()) return node.fail(ErrorCode::invalid_argument, "a mode of nodes_modes is not known");
    ForestNode one{.branch = static_cast<Branch>(mode - kModes.begin())};
    if (one.branch != Branch::leaf) {
      one = {one.branch,
             c.features[i],
             c.values[i],
             position(positions, {c.trees[i], c.yes[i]}),
             position(positions, {c.trees[i], c.no[i]}),
             c.nan[i] != 0};
      for (const int64_t next : {one.yes, one.no})
        if (next >= 0) below[static_cast<size_t>(next)] = true;
    }
    forest.nodes.push_back(one);
  }
  std::map<int64_t, int64_t> roots;
  for (size_t i = 0; i < below.size(); ++i) {
    if (below[i]) continue;
    if (!roots.emplace(c.trees[i], static_cast<int64_t>(i)).second)
      return node.fail(ErrorCode::invalid_argument, "a tree has two roots");
  }
  for (const auto& [tree, root] : roots) forest.roots.push_back(root);
  return {};
}

Status add_leaves(const NodeView& node, const std::string& kind, const std::map<Name, int64_t>& positions,
                  Forest& forest) {
  const Ints trees = WALLE_TRY(node.attribute_ints(kind + "_treeids", {}));
  const Ints ids = WALLE_TRY(node.attribute_ints(kind + "_nodeids", {}));
  const Ints targets = WALLE_TRY(node.attribute_ints(kind + "_ids", {}));
  const auto weights = WALLE_TRY(numbers(node, kind + "_weights"));
  if (trees.size() != ids.size() || targets.size() != ids.size() || weights.size() != ids.size())
    return node.fail(ErrorCode::invalid_argument, "attributes " + kind + "_* differ in length");
  for (size_t i = 0; i < ids.size(); ++i)
    forest.leaves.push_back({position(positions, {trees[i], ids[i]}), targets[i], weights[i]});
  return {};
}

}  // namespace

Result<Forest> forest_of_columns(const NodeView& node, std::string_view kind, int64_t targets) {
  const Columns columns = WALLE_TRY(columns_of(node));
  const auto positions = WALLE_TRY(positions_of(node, columns));
  Forest forest{.targets = targets};
  forest.base = WALLE_TRY(numbers(node, "base_values"));
  forest.transform = WALLE_TRY(score_transform(node));
  WALLE_TRY(add_nodes(node, columns, positions, forest));
  WALLE_TRY(add_leaves(node, std::string(kind), positions, forest));
  return forest;
}

}  // namespace walle::ops::rules
