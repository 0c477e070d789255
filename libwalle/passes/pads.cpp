#include <algorithm>

#include "libwalle/passes/pass.h"
#include "libwalle/passes/rewrite.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;
using Ints = std::vector<int64_t>;

bool is(const Node& node, std::string_view op) { return node.op->domain.empty() && node.op->name == op && !node.core; }

bool given(const Node& node, size_t operand) {
  return operand < node.operands.size() && node.operands[operand] != kNoValue;
}

/// How many zeros a Pad node puts before and after each spatial axis, in the order of a convolution's pads; nullopt if
/// it does anything else.
std::optional<Ints> zeros_around(const Graph& graph, const Node& pad) {
  const auto mode = graph::attribute_string(pad.attributes, "mode", "constant");
  if (!mode || *mode != "constant" || given(pad, 3) || !given(pad, 1)) return std::nullopt;
  if (given(pad, 2) && scalar_of(graph, pad.operands[2]) != 0.0) return std::nullopt;
  const auto& constant = graph.value(pad.operands[1]).constant;
  if (!constant || constant->dtype() != DType::i64) return std::nullopt;
  const auto pads = constant->values<int64_t>();
  const size_t rank = pads.size() / 2;
  if (rank < 3 || std::any_of(pads.begin(), pads.end(), [](int64_t n) { return n < 0; })) return std::nullopt;
  Ints result;
  for (size_t side = 0; side < 2; ++side) {
    for (size_t axis = 0; axis < rank; ++axis) {
      const int64_t count = pads[side * rank + axis];
      if (axis < 2 && count != 0) return std::nullopt;
      if (axis >= 2) result.push_back(count);
    }
  }
  return result;
}

/// The convolution's own pads, as numbers; nullopt if they depend on sizes.
std::optional<Ints> own_pads(const Node& conv, size_t count) {
  const auto kind = graph::attribute_string(conv.attributes, "auto_pad", "NOTSET");
  if (!kind || kind->starts_with("SAME")) return std::nullopt;
  if (*kind == "VALID") return Ints(count, 0);
  const auto pads = graph::attribute_ints(conv.attributes, "pads", Ints(count, 0));
  return pads && pads->size() == count ? std::optional(*pads) : std::nullopt;
}

/// True if no window lies in the zeros alone; kernels are made for pads smaller than the window.
bool within_windows(const Graph& graph, const Node& conv, const Ints& pads) {
  const size_t spatial = pads.size() / 2;
  const auto weight = dims_of(graph, conv.operands[1]);
  const auto dilations = graph::attribute_ints(conv.attributes, "dilations", Ints(spatial, 1));
  if (!weight || weight->size() != spatial + 2 || !dilations || dilations->size() != spatial) return false;
  for (size_t i = 0; i < pads.size(); ++i) {
    const size_t axis = i % spatial;
    if (pads[i] > ((*weight)[axis + 2] - 1) * (*dilations)[axis]) return false;
  }
  return true;
}

Status run(Graph& graph, PassContext& context) {
  if (!context.fuse) return {};
  const std::vector<int> made_by = producers(graph);
  for (Node& conv : graph.nodes) {
    if (!is(conv, "Conv") || !given(conv, 0) || made_by[static_cast<size_t>(conv.operands[0])] < 0) continue;
    const Node& pad = graph.nodes[static_cast<size_t>(made_by[static_cast<size_t>(conv.operands[0])])];
    const auto around = is(pad, "Pad") ? zeros_around(graph, pad) : std::nullopt;
    auto pads = around ? own_pads(conv, around->size()) : std::nullopt;
    if (!pads) continue;
    for (size_t i = 0; i < pads->size(); ++i) (*pads)[i] += (*around)[i];
    if (!within_windows(graph, conv, *pads)) continue;
    conv.attributes["pads"] = *std::move(pads);
    conv.attributes.erase("auto_pad");
    conv.operands[0] = pad.operands[0];
  }
  return {};
}

}  // namespace

extern const PassDef kPads;
const PassDef kPads = {
    .name = "pads", .what = "zeros put around an image become pads of the convolution behind", .run = run};

}  // namespace walle::passes
