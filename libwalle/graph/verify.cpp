#include "libwalle/graph/op.h"
#include "libwalle/graph/signature.h"

namespace walle::graph {
namespace {

constexpr size_t kMaxBlockDepth = 32;

tl::unexpected<Error> wrong(const Node& node, const std::string& what) {
  return fail(ErrorCode::invalid_argument,
              "node '" + node.name + "' (" + std::string(node.op == nullptr ? "?" : node.op->name) + "): " + what);
}

Status check_arity(const Node& node, std::string_view kind, size_t count, const Arity& arity) {
  const auto n = static_cast<int>(count);
  if (n >= arity.min && (arity.max < 0 || n <= arity.max)) return {};
  const std::string range = arity.max < 0            ? "at least " + std::to_string(arity.min)
                            : arity.min == arity.max ? std::to_string(arity.min)
                                                     : std::to_string(arity.min) + " to " + std::to_string(arity.max);
  return wrong(node, "has " + std::to_string(n) + " " + std::string(kind) + ", takes " + range);
}

class Verifier {
 public:
  Verifier(const Graph& graph, size_t depth) : graph_(graph), depth_(depth), made_(graph.values.size(), false) {}

  Status run() {
    if (depth_ > kMaxBlockDepth)
      return fail(ErrorCode::invalid_argument, "blocks are nested deeper than " + std::to_string(kMaxBlockDepth));
    for (const ValueId id : graph_.inputs) WALLE_TRY(make(id, "an input of graph '" + graph_.name + "'"));
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      if (graph_.values[i].constant) made_[i] = true;
    }
    for (const Node& node : graph_.nodes) WALLE_TRY(check(node));
    for (const ValueId id : graph_.outputs) {
      if (!in_range(id) || !made_[static_cast<size_t>(id)])
        return fail(ErrorCode::invalid_argument, "an output of graph '" + graph_.name + "' is never made");
    }
    return {};
  }

 private:
  [[nodiscard]] bool in_range(ValueId id) const { return id >= 0 && static_cast<size_t>(id) < graph_.values.size(); }

  Status make(ValueId id, const std::string& where) {
    if (!in_range(id)) return fail(ErrorCode::invalid_argument, where + " is not a value of the graph");
    if (made_[static_cast<size_t>(id)])
      return fail(ErrorCode::invalid_argument, where + ": value '" + graph_.value(id).name + "' is made twice");
    made_[static_cast<size_t>(id)] = true;
    return {};
  }

  Status check(const Node& node) {
    if (node.op == nullptr) return wrong(node, "has no operator");
    if (!node.core) {
      WALLE_TRY(check_arity(node, "operands", node.operands.size(), node.op->operands));
      WALLE_TRY(check_arity(node, "results", node.results.size(), node.op->results));
      WALLE_TRY(check_attributes(node));
    }
    for (const ValueId id : node.operands) {
      if (id == kNoValue) continue;
      if (!in_range(id)) return wrong(node, "reads a value that does not exist");
      if (!made_[static_cast<size_t>(id)])
        return wrong(node,
                     "reads '" + graph_.value(id).name + "' before it is made (a cycle, or a missing initialiser)");
    }
    for (const ValueId id : node.results) {
      if (id != kNoValue) WALLE_TRY(make(id, "node '" + node.name + "'"));
    }
    for (const auto& block : node.blocks) {
      if (!block) return wrong(node, "has an empty block");
      WALLE_TRY(Verifier(*block, depth_ + 1).run());
    }
    return {};
  }

  const Graph& graph_;
  size_t depth_;
  std::vector<bool> made_;
};

}  // namespace

Status verify(const Graph& graph) { return Verifier(graph, 0).run(); }

}  // namespace walle::graph
