#include <algorithm>
#include <map>

#include "libwalle/passes/layout_rules.h"
#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using engine::Tensor;
using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// A value that is another one with its axes in another order.
struct Moved {
  ValueId source = kNoValue;
  Perm perm;
};

/// For each value, the permutations of transposes that it reaches through operators that can be moved.
class Demand {
 public:
  explicit Demand(const Graph& graph) : reached_(graph.values.size(), 0) {
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) add(graph, *node);
  }

  [[nodiscard]] bool wants(ValueId value, const Perm& perm) const {
    const auto it = numbers_.find(perm);
    return it != numbers_.end() && (reached_[static_cast<size_t>(value)] >> it->second & 1U) != 0;
  }

 private:
  static constexpr size_t kMaxPerms = 64;

  void add(const Graph& graph, const Node& node) {
    uint64_t reached = 0;
    if (node.operands.size() == 1 && node.operands[0] != kNoValue && graph.value(node.operands[0]).shape) {
      const auto perm = perm_of(node, graph.value(node.operands[0]).shape->size());
      if (perm && (numbers_.contains(*perm) || numbers_.size() < kMaxPerms))
        reached = uint64_t{1} << numbers_.emplace(*perm, numbers_.size()).first->second;
    }
    for (const ValueId id : node.results) {
      if (id != kNoValue && layout_rule(node) != nullptr) reached |= reached_[static_cast<size_t>(id)];
    }
    for (const ValueId id : node.operands) {
      if (id != kNoValue) reached_[static_cast<size_t>(id)] |= reached;
    }
  }

  std::map<Perm, size_t> numbers_;
  std::vector<uint64_t> reached_;
};

/// Moves transposes behind the operators that do not mind the order of axes where one waits that they cancel, so that
/// those between two convolutions vanish. One walk in the order of the nodes.
class Sinking {
 public:
  Sinking(Graph& graph, PassContext& context)
      : graph_(graph),
        context_(context),
        demand_(graph),
        outputs_(output_flags(graph)),
        replaced_(graph.values.size()) {}

  Status run() {
    std::vector<Node> nodes = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (Node& node : nodes) {
      replaced_.apply(node);
      if (transpose(node)) continue;
      WALLE_TRY(sink(std::move(node)));
    }
    return {};
  }

 private:
  [[nodiscard]] const Moved* moved(ValueId id) const {
    const auto it = moved_.find(id);
    return it == moved_.end() ? nullptr : &it->second;
  }

  [[nodiscard]] std::optional<size_t> rank_of(ValueId id) const {
    const auto& shape = graph_.value(id).shape;
    return shape ? std::optional(shape->size()) : std::nullopt;
  }

  /// Joins a transpose with those before it. True if nothing is left of the node.
  bool transpose(Node& node) {
    if (node.core || node.operands.size() != 1 || node.results.size() != 1) return false;
    const auto rank = rank_of(node.operands[0]);
    const auto own = rank ? perm_of(node, *rank) : std::nullopt;
    if (!own) return false;
    Moved whole{node.operands[0], *own};
    if (const Moved* before = moved(node.operands[0])) {
      whole.source = before->source;
      for (int64_t& axis : whole.perm) axis = before->perm[static_cast<size_t>(axis)];
    }
    const ValueId result = node.results[0];
    if (is_identity(whole.perm) && !outputs_[static_cast<size_t>(result)]) {
      replaced_.set(result, whole.source);
      return true;
    }
    node.operands[0] = whole.source;
    node.attributes["perm"] = whole.perm;
    moved_[result] = std::move(whole);
    return false;
  }

  Status sink(Node node) {
    const LayoutRule* rule = layout_rule(node);
    const Moved* first = rule != nullptr && !node.operands.empty() ? common(node, *rule) : nullptr;
    if (first == nullptr) {
      graph_.nodes.push_back(std::move(node));
      return {};
    }
    const Perm perm = first->perm;
    Node before;  // the node as it was, in case that it cannot be moved
    before.name = node.name;
    before.op = node.op;
    before.operands = node.operands;
    before.results = node.results;
    before.attributes = node.attributes;
    const bool ready = take_sources(node, *rule, perm);
    const auto after = ready ? rule->permute(graph_, node, perm) : std::nullopt;
    if (!after || !pays(node, *after)) {
      graph_.nodes.push_back(std::move(before));
      return {};
    }
    return emit(std::move(node), *after);
  }

  /// True if no transpose has to follow, or it will meet its inverse.
  [[nodiscard]] bool pays(const Node& node, const Perm& after) const {
    if (is_identity(after)) return true;
    return std::any_of(node.results.begin(), node.results.end(),
                       [&](ValueId id) { return id != kNoValue && demand_.wants(id, inverse(after)); });
  }

  /// The permutation that all operands with the result's axes have; null if they differ or nothing is moved.
  [[nodiscard]] const Moved* common(const Node& node, const LayoutRule& rule) const {
    const Moved* found = nullptr;
    const size_t count = rule.all_operands ? node.operands.size() : 1;
    for (size_t i = 0; i < count; ++i) {
      const ValueId id = node.operands[i];
      if (id == kNoValue) continue;
      const Moved* own = moved(id);
      if (own == nullptr) {
        if (!fixed(id, rule)) return nullptr;
        continue;
      }
      if (found != nullptr && own->perm != found->perm) return nullptr;
      found = own;
    }
    for (size_t i = 0; found != nullptr && i < count; ++i) {
      const auto rank = node.operands[i] == kNoValue ? std::nullopt : rank_of(node.operands[i]);
      if (rank && *rank > found->perm.size()) return nullptr;
    }
    return found;
  }

  /// An operand that can be had in any order of axes: a constant, or one element.
  [[nodiscard]] bool fixed(ValueId id, const LayoutRule& rule) const {
    if (elements_of(graph_, id) == 1 && rule.broadcasts) return true;
    return graph_.value(id).constant.has_value() && bits_of(graph_.value(id).constant->dtype()) >= 8;
  }

  /// Operands as they are before the transpose. False if one cannot be had.
  bool take_sources(Node& node, const LayoutRule& rule, const Perm& perm) {
    const size_t count = rule.all_operands ? node.operands.size() : 1;
    for (size_t i = 0; i < count; ++i) {
      ValueId& id = node.operands[i];
      if (id == kNoValue) continue;
      if (const Moved* own = moved(id)) {
        id = own->source;
      } else if (elements_of(graph_, id) != 1 || !rule.broadcasts) {
        const auto made = permuted(*graph_.value(id).constant, inverse(perm));
        if (!made) return false;
        id = graph_.add_constant(node.name + "/layout", *made);
      }
    }
    return true;
  }

  /// A constant with its axes (1 before those that it lacks) in the order of `perm`.
  static std::optional<Tensor> permuted(const Tensor& tensor, const Perm& perm) {
    std::vector<int64_t> dims(perm.size() - tensor.dims().size(), 1);
    dims.insert(dims.end(), tensor.dims().begin(), tensor.dims().end());
    std::vector<int64_t> strides(perm.size(), 1);
    for (size_t i = perm.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
    std::vector<int64_t> to, steps;
    for (const int64_t axis : perm) {
      to.push_back(dims[static_cast<size_t>(axis)]);
      steps.push_back(strides[static_cast<size_t>(axis)]);
    }
    auto made = Tensor::empty(tensor.dtype(), to);
    if (!made) return std::nullopt;
    const auto item = static_cast<size_t>(bits_of(tensor.dtype()) / 8);
    const auto* from = static_cast<const uint8_t*>(tensor.data());
    auto* out = static_cast<uint8_t*>(made->mutable_data());
    std::vector<int64_t> at(to.size(), 0);
    for (int64_t i = 0, offset = 0; i < tensor.count(); ++i) {
      std::copy_n(from + static_cast<size_t>(offset) * item, item, out + static_cast<size_t>(i) * item);
      for (size_t d = to.size(); d-- > 0;) {
        offset += steps[d];
        if (++at[d] < to[d]) break;
        offset -= at[d] * steps[d];
        at[d] = 0;
      }
    }
    return *std::move(made);
  }

  /// Adds the node on the sources and, behind it, the transposes of its results.
  Status emit(Node node, const Perm& after) {
    const std::vector<ValueId> results = node.results;
    const bool same = is_identity(after);
    for (ValueId& id : node.results) {
      if (id != kNoValue && !same) id = graph_.add_value({.name = graph_.value(id).name + "/source"});
    }
    WALLE_TRY(graph::infer_node(graph_, node));
    const std::vector<ValueId> made = node.results;
    const std::string name = node.name;
    graph_.nodes.push_back(std::move(node));
    for (size_t i = 0; i < results.size() && !same; ++i) {
      if (results[i] == kNoValue) continue;
      Node back{.name = name + "/layout" + (i == 0 ? "" : std::to_string(i)),
                .op = context_.ops->find("", "Transpose"),
                .operands = {made[i]},
                .results = {results[i]},
                .attributes = {{"perm", after}}};
      graph_.nodes.push_back(std::move(back));
      moved_[results[i]] = {made[i], after};
    }
    return {};
  }

  Graph& graph_;
  PassContext& context_;
  Demand demand_;
  std::vector<bool> outputs_;
  Replacements replaced_;
  std::map<ValueId, Moved> moved_;
};

Status run(Graph& graph, PassContext& context) {
  if (!context.fuse) return {};
  return Sinking(graph, context).run();
}

}  // namespace

extern const PassDef kLayout;
const PassDef kLayout = {
    .name = "layout", .what = "transposes move behind what does not mind the order of axes, and cancel", .run = run};

}  // namespace walle::passes
