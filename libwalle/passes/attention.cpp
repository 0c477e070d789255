#include <algorithm>
#include <array>
#include <limits>

#include "libwalle/passes/cost.h"
#include "libwalle/passes/match.h"
#include "libwalle/passes/pass.h"
#include "libwalle/raster/region.h"

namespace walle::passes {
namespace {

using graph::Graph;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

/// Attention spelled out: y = softmax(scale * q·k, masked) · v. Reshapes that leave the last two axes alone may stand
/// between.
class Attention {
 public:
  Attention(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), match_(graph), uses_(use_counts(graph)) {}

  void run() {
    for (Node& node : graph_.nodes) fuse(node);
  }

 private:
  /// What was met on the way from the last product back to the first.
  struct Found {
    AttentionAttributes attributes;
    ValueId mask = kNoValue;
    ValueId masked = kNoValue;  ///< scores to which the mask broadcasts
    const Node* scores = nullptr;
    const Node* softmax = nullptr;
  };

  [[nodiscard]] const MatMulAttributes* product(const Node* node) const {
    const auto* attributes = Matcher::as<MatMulAttributes>(node);
    if (attributes == nullptr || node->operands.size() != 2) return nullptr;
    const auto is_f32 = [&](ValueId id) { return graph_.value(id).dtype == DType::f32; };
    const bool f32 = is_f32(node->operands[0]) && is_f32(node->operands[1]) && is_f32(node->results[0]);
    return f32 ? attributes : nullptr;
  }
  [[nodiscard]] bool read_once(ValueId id) const { return uses_[static_cast<size_t>(id)] == 1; }

  /// True if both have the same two last axes.
  [[nodiscard]] bool same_matrix(ValueId a, ValueId b) const {
    const auto x = dims_of(graph_, a);
    const auto y = dims_of(graph_, b);
    return x && y && x->size() >= 2 && y->size() >= 2 && std::equal(x->end() - 2, x->end(), y->end() - 2);
  }
  /// What `id` is a reshape of that leaves the last two axes alone, or kNoValue.
  [[nodiscard]] ValueId reshaped(ValueId id) const {
    const Node* node = match_.maker(id);
    if (Matcher::as<RasterAttributes>(node) == nullptr || node->operands.size() != 1) return kNoValue;
    const ValueId from = node->operands[0];
    const int64_t elements = elements_of(graph_, from);
    const bool same = elements == elements_of(graph_, id) && raster::identity(node->core->regions, elements);
    return same && same_matrix(from, id) ? from : kNoValue;
  }

  /// True if the mask's axes are among the scores'.
  [[nodiscard]] bool fits(ValueId mask, ValueId scores) const {
    const auto m = dims_of(graph_, mask);
    const auto s = dims_of(graph_, scores);
    return m && s && m->size() <= s->size();
  }
  [[nodiscard]] bool same_batches(ValueId a, ValueId b) const {
    const auto x = dims_of(graph_, a);
    const auto y = dims_of(graph_, b);
    return x && y && x->size() >= 2 && y->size() >= 2 && std::equal(x->begin(), x->end() - 2, y->begin(), y->end() - 2);
  }
  [[nodiscard]] bool without_batches(ValueId mask) const {
    const auto dims = dims_of(graph_, mask);
    return dims && (dims->size() <= 2 || std::all_of(dims->begin(), dims->end() - 2, [](auto d) { return d == 1; }));
  }

  /// Follows scores back to their product. depth bounds the search in the operands of sums.
  [[nodiscard]] bool follow(ValueId id, Found& found, int depth = 0) const {
    const Node* node = match_.maker(id);
    if (node == nullptr || depth > 8 || !read_once(id)) return false;
    if (const auto* matmul = product(node)) {
      found.scores = node;
      found.attributes.scale *= matmul->alpha;
      return true;
    }
    if (const ValueId from = reshaped(id); from != kNoValue) return follow(from, found, depth + 1);
    return scaled(*node, found, depth) || added(*node, found, depth) || selected(*node, found, depth);
  }
  bool scaled(const Node& node, Found& found, int depth) const {
    const bool div = Matcher::is(&node, BinaryOp::div);
    if (!div && !Matcher::is(&node, BinaryOp::mul)) return false;
    for (size_t side = 0; side < 2; ++side) {
      const auto factor = scalar_of(graph_, node.operands[side]);
      const ValueId x = node.operands[1 - side];
      if (!factor || (div && side == 0) || !match_.same_shape(x, node.results[0])) continue;
      Found next = found;
      next.attributes.scale *= div ? 1 / *factor : *factor;
      if (!follow(x, next, depth + 1) || next.mask != found.mask) return false;  // a mask that was scaled as well
      found = next;
      return true;
    }
    return false;
  }
  bool added(const Node& node, Found& found, int depth) const {
    if (!Matcher::is(&node, BinaryOp::add) || found.mask != kNoValue) return false;
    for (size_t side = 0; side < 2; ++side) {
      const ValueId x = node.operands[side];
      Found next = found;
      next.mask = node.operands[1 - side];
      next.masked = x;
      if (!match_.same_shape(x, node.results[0]) || !fits(next.mask, x) || !follow(x, next, depth + 1)) continue;
      found = next;
      return true;
    }
    return false;
  }
  bool selected(const Node& node, Found& found, int depth) const {
    if (Matcher::as<SelectAttributes>(&node) == nullptr || found.mask != kNoValue) return false;
    for (size_t side = 1; side < 3; ++side) {
      const auto fill = scalar_of(graph_, node.operands[3 - side]);
      const ValueId x = node.operands[side];
      if (!fill || !match_.same_shape(x, node.results[0]) || !fits(node.operands[0], x)) continue;
      found.mask = node.operands[0];
      found.masked = x;
      found.attributes.fill = *fill;
      found.attributes.filled = side == 2;
      return follow(x, found, depth + 1);
    }
    return false;
  }

  /// The softmax behind what the last product reads on its left.
  bool probabilities(ValueId id, Found& found) const {
    while (reshaped(id) != kNoValue && read_once(id)) id = reshaped(id);
    const Node* node = match_.maker(id);
    int uses = 1;
    ValueId blind = kNoValue;
    if (Matcher::as<SelectAttributes>(node) != nullptr) {
      const auto zero = scalar_of(graph_, node->operands[1]);
      if (!zero || *zero != 0 || !read_once(id) || !match_.same_shape(node->operands[2], id)) return false;
      blind = node->operands[0];
      id = node->operands[2];
      node = match_.maker(id);
      if (Matcher::is(match_.maker(blind), UnaryOp::is_nan)) {
        if (match_.maker(blind)->operands[0] != id) return false;
        found.attributes.unseen = UnseenRow::zero_if_nan;
        uses = 2;
      }
    }
    const auto* softmax = Matcher::as<SoftmaxAttributes>(node);
    const auto dims = dims_of(graph_, id);
    if (softmax == nullptr || softmax->log || !dims || uses_[static_cast<size_t>(id)] != uses) return false;
    if (softmax->axis != -1 && softmax->axis != static_cast<int32_t>(dims->size()) - 1) return false;
    found.softmax = node;
    if (!follow(node->operands[0], found)) return false;
    return blind == kNoValue || uses == 2 || nowhere(blind) || unseen_rows(blind, found);
  }

  /// True if a constant is false throughout.
  [[nodiscard]] bool nowhere(ValueId id) const {
    const auto& constant = graph_.value(id).constant;
    if (!constant || constant->dtype() != DType::boolean) return false;
    const auto* flags = static_cast<const uint8_t*>(constant->data());
    return std::all_of(flags, flags + constant->bytes(), [](uint8_t flag) { return flag == 0; });
  }

  /// True if `blind` says which rows of the mask are -infinity throughout.
  bool unseen_rows(ValueId blind, Found& found) const {
    found.attributes.unseen = UnseenRow::zero;
    const Node* equal = match_.maker(blind);
    if (!Matcher::is(equal, BinaryOp::equal)) return false;
    ValueId largest = kNoValue;
    for (size_t side = 0; side < 2; ++side) {
      const auto bound = scalar_of(graph_, equal->operands[side]);
      if (bound && *bound == -std::numeric_limits<double>::infinity()) largest = equal->operands[1 - side];
    }
    const Node* reduce = match_.maker(largest);
    const auto* max = Matcher::as<ReduceAttributes>(reduce);
    if (max == nullptr || max->op != ReduceOp::max || reduce->operands[0] != found.mask) return false;
    const auto dims = dims_of(graph_, found.mask);
    return dims && !dims->empty() && max->axes_mask == 1U << (dims->size() - 1) &&
           graph_.value(found.mask).dtype == DType::f32;
  }

  void fuse(Node& mix) {
    const auto* last = product(&mix);
    Found found;
    if (last == nullptr || last->alpha != 1 || !probabilities(mix.operands[0], found)) return;
    const ValueId scores = found.scores->results[0];
    if (!same_matrix(mix.operands[0], scores) || !same_batches(mix.results[0], scores)) return;
    if (found.mask != kNoValue && !without_batches(found.mask) && !same_batches(mix.results[0], found.masked)) return;
    Node fused;
    fused.name = mix.name;
    fused.op = mix.op;
    fused.results = mix.results;
    fused.operands = {unscaled(found.scores->operands[0], found), unscaled(found.scores->operands[1], found),
                      mix.operands[1]};
    if (found.mask != kNoValue) fused.operands.push_back(found.mask);
    fused.core = graph::CoreForm{.attributes = found.attributes, .epilogue = {}, .regions = {}, .views = {}};
    // What stands between the products goes into them as epilogue if nothing is fused here, so it counts as nothing.
    const std::array<const Node*, 3> apart = {found.scores, found.softmax, &mix};
    if (!no_slower(graph_, fused, apart, context_)) return;
    mix.operands = std::move(fused.operands);
    mix.core = std::move(fused.core);
  }

  /// Takes a factor of queries or keys into the scale.
  ValueId unscaled(ValueId id, Found& found) const {
    const Node* node = match_.maker(id);
    const bool div = Matcher::is(node, BinaryOp::div);
    if (!div && !Matcher::is(node, BinaryOp::mul)) return id;
    for (size_t side = div ? 1 : 0; side < 2; ++side) {
      const auto factor = scalar_of(graph_, node->operands[side]);
      const ValueId x = node->operands[1 - side];
      if (!factor || !match_.same_shape(x, id)) continue;
      found.attributes.scale *= div ? 1 / *factor : *factor;
      return x;
    }
    return id;
  }

  Graph& graph_;
  PassContext& context_;
  Matcher match_;
  std::vector<int> uses_;
};

Status run(Graph& graph, PassContext& context) {
  if (context.fuse) Attention(graph, context).run();
  return {};
}

}  // namespace

extern const PassDef kAttention;
const PassDef kAttention = {.name = "attention", .what = "product, softmax and product become one", .run = run};

}  // namespace walle::passes
