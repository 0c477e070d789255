#include "libwalle/passes/cost.h"

#include "libwalle/graph/problem.h"

namespace walle::passes {

double predicted_us(const graph::Graph& graph, const graph::Node& node, const PassContext& context) {
  if (!node.core) return -1;
  const auto problem = graph::make_problem(graph, node, context.precision, context.threads);
  if (!problem) return -1;
  return context.cost_us ? context.cost_us(*problem) : 0;
}

bool no_slower(const graph::Graph& graph, const graph::Node& fused, std::span<const graph::Node* const> parts,
               const PassContext& context) {
  if (!context.cost_us) return true;
  double apart = 0;
  for (const graph::Node* part : parts) apart += predicted_us(graph, *part, context);
  const double together = predicted_us(graph, fused, context);
  return together >= 0 && together <= apart;
}

}  // namespace walle::passes
