#include "libwalle/import/tflite/rules/row.h"

#include <algorithm>

namespace walle::import::tflite::rules {
namespace {

/// The node that makes a value, if it is a Slice: looked for from the end, where it was just made.
const graph::Node* slice_of(const graph::Graph& graph, ValueId value) {
  constexpr size_t kNear = 64;
  const size_t first = graph.nodes.size() - std::min(graph.nodes.size(), kNear);
  for (size_t n = graph.nodes.size(); n-- > first;) {
    const graph::Node& node = graph.nodes[n];
    if (node.results.size() == 1 && node.results[0] == value)
      return node.op->domain.empty() && node.op->name == "Slice" ? &node : nullptr;
  }
  return nullptr;
}

bool begins_at_zero(const graph::Graph& graph, const graph::Node& slice) {
  const auto& known = graph.value(slice.operands[1]).known;
  return known && std::all_of(known->begin(), known->end(), [](const graph::Dim& dim) { return dim == graph::Dim(0); });
}

}  // namespace

Result<std::optional<ValueId>> row_put_in(Operation& op, std::span<const ValueId> parts, int64_t axis) {
  std::optional<ValueId> none;
  GraphBuilder& b = op.builder();
  if (parts.size() != 3 || axis != 0) return none;
  const graph::Node* before = slice_of(b.graph(), parts[0]);
  const graph::Node* after = slice_of(b.graph(), parts[2]);
  if (before == nullptr || after == nullptr || before->operands[0] != after->operands[0]) return none;
  const ValueId x = before->operands[0];
  const ValueId ends = before->operands[2];
  const auto dims = op.dims(x);
  const auto row = op.dims(parts[1]);
  const Ints& whole = op.output(0).dims;
  const bool open = std::find(whole.begin(), whole.end(), -1) != whole.end();
  if (!dims || !row || row->empty() || (*row)[0] != 1 || open || *dims != whole || !begins_at_zero(b.graph(), *before))
    return none;
  const ValueId place = WALLE_TRY(make::slice(b, ends, 0, 0, 1));
  const ValueId index = WALLE_TRY(make::reshape(b, place, Ints{1, 1}));
  return std::optional(WALLE_TRY(b.one("ScatterND", {x, index, parts[1]})));
}

}  // namespace walle::import::tflite::rules
