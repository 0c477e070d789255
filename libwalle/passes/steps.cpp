#include <algorithm>
#include <map>
#include <tuple>

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

/// A recurrent cell that an exporter unrolled multiplies each step's input by the same weights. Products of evenly
/// spaced slices of one value with one constant become one product, with the bias that all of them add; slices of its
/// result take their place. So a spelled-out LSTM or GRU has the form that the operators LSTM and GRU get here.
class Steps {
 public:
  Steps(Graph& graph, PassContext& context)
      : graph_(graph), context_(context), match_(graph), uses_(use_counts(graph)), readers_(graph.values.size(), -1) {}

  void run() {
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      for (const ValueId id : graph_.nodes[n].operands) {
        if (id != kNoValue) readers_[static_cast<size_t>(id)] = static_cast<int>(n);
      }
    }
    std::map<Key, std::vector<Step>> groups;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (auto step = step_of(n)) groups[step->first].push_back(step->second);
    }
    for (auto& [key, steps] : groups) join(steps);
    insert();
  }

 private:
  /// One product: x[offset + …] · weights, and the sum behind it.
  struct Step {
    size_t product = 0, last = 0;  ///< nodes; `last` is the sum if there is one
    ValueId source = kNoValue, weights = kNoValue, bias = kNoValue;
    raster::View view;
  };
  using Key = std::tuple<ValueId, const void*, const void*, double, std::vector<int64_t>, std::vector<int64_t>>;

  [[nodiscard]] const void* data_of(ValueId id) const {
    return id != kNoValue && graph_.value(id).constant ? graph_.value(id).constant->data() : nullptr;
  }

  [[nodiscard]] std::optional<std::pair<Key, Step>> step_of(size_t n) const {
    const Node& node = graph_.nodes[n];
    const auto* product = Matcher::as<MatMulAttributes>(&node);
    if (product == nullptr || node.operands.size() != 2) return std::nullopt;
    Step step{.product = n, .last = n, .weights = node.operands[1]};
    const auto weights = dims_of(graph_, step.weights);
    if (data_of(step.weights) == nullptr || !weights || weights->size() != 2) return std::nullopt;
    if (graph_.value(node.results[0]).dtype != DType::f32 || !slice(node.operands[0], step)) return std::nullopt;
    find_bias(step);
    return std::pair(Key{step.source,
                         data_of(step.weights),
                         data_of(step.bias),
                         product->alpha,
                         {step.view.dims.begin(), step.view.dims.end()},
                         {step.view.strides.begin(), step.view.strides.end()}},
                     step);
  }

  /// Sets the step's source and view: a raster, or a gather of one place.
  bool slice(ValueId id, Step& step) const {
    const Node* node = match_.maker(id);
    const auto dims = dims_of(graph_, id);
    if (node == nullptr || !dims || dims->size() < 2 || dims->size() + 1 > kMaxRank) return false;
    step.source = node->operands[0];
    if (Matcher::as<RasterAttributes>(node) != nullptr && node->operands.size() == 1) {
      const auto view = raster::as_view(node->core->regions, *dims);
      if (view) step.view = *view;
      return view.has_value();
    }
    const auto* gather = Matcher::as<GatherAttributes>(node);
    const auto from = dims_of(graph_, step.source);
    if (gather == nullptr || !from || from->size() != dims->size() + 1) return false;
    const auto place = scalar_of(graph_, node->operands[1]);
    const auto axis =
        static_cast<size_t>(gather->axis < 0 ? gather->axis + static_cast<int32_t>(from->size()) : gather->axis);
    if (!place || axis >= from->size() || *place >= static_cast<double>((*from)[axis]) ||
        *place < -static_cast<double>((*from)[axis]))
      return false;
    const Extents strides = dense_strides(*from);
    const auto index = static_cast<int64_t>(*place);
    step.view = {
        .source = 0, .offset = (index < 0 ? index + (*from)[axis] : index) * strides[axis], .dims = {}, .strides = {}};
    for (size_t i = 0; i < from->size(); ++i) {
      if (i == axis) continue;
      step.view.dims.push_back((*from)[i]);
      step.view.strides.push_back(strides[i]);
    }
    return true;
  }

  void find_bias(Step& step) const {
    const ValueId y = graph_.nodes[step.product].results[0];
    if (uses_[static_cast<size_t>(y)] != 1 || readers_[static_cast<size_t>(y)] < 0) return;
    const auto reader = static_cast<size_t>(readers_[static_cast<size_t>(y)]);
    const Node& sum = graph_.nodes[reader];
    if (!Matcher::is(&sum, BinaryOp::add) || !match_.same_shape(y, sum.results[0])) return;
    const ValueId bias = sum.operands[sum.operands[0] == y ? 1 : 0];
    if (data_of(bias) == nullptr) return;
    step.bias = bias;
    step.last = reader;
  }

  /// Sorts by place; true if they are evenly spaced.
  static bool even(std::vector<Step>& steps) {
    std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.view.offset < b.view.offset; });
    const int64_t apart = steps[1].view.offset - steps[0].view.offset;
    for (size_t i = 1; i < steps.size(); ++i) {
      if (steps[i].view.offset - steps[i - 1].view.offset != apart) return false;
    }
    return apart > 0;
  }

  ValueId new_value(const Step& step, std::string_view suffix, std::vector<int64_t> dims) {
    graph::Shape shape(dims.begin(), dims.end());
    const std::string name = graph_.nodes[step.product].name + std::string(suffix);
    return graph_.add_value({.name = name, .dtype = DType::f32, .shape = std::move(shape)});
  }

  void join(std::vector<Step>& steps) {
    if (steps.size() < 2 || !even(steps)) return;
    const Step& first = steps[0];
    const Node& model = graph_.nodes[first.product];
    std::vector<int64_t> dims = *dims_of(graph_, model.results[0]);
    const int64_t size = elements_of(graph_, model.results[0]);
    dims.insert(dims.begin(), static_cast<int64_t>(steps.size()));
    Node product;
    product.name = model.name + "/steps";
    product.op = model.op;
    product.operands = {first.source, first.weights};
    product.core = graph::CoreForm{.attributes = model.core->attributes, .epilogue = {}, .regions = {}, .views = {}};
    product.core->views.resize(2);
    graph::OperandView& view = product.core->views[0].emplace();
    view.offset = first.view.offset;
    view.dims.push_back(dims[0]);
    view.strides.push_back(steps[1].view.offset - first.view.offset);
    for (const int64_t d : first.view.dims) view.dims.push_back(d);
    for (const int64_t s : first.view.strides) view.strides.push_back(s);
    product.results = {new_value(first, "/steps", dims)};
    std::vector<const Node*> apart;
    for (const Step& step : steps) apart.push_back(&graph_.nodes[step.product]);
    if (!no_slower(graph_, product, apart, context_)) return;
    size_t place = first.product;
    for (const Step& step : steps) place = std::min(place, step.product);
    ValueId all = product.results[0];
    inserted_.emplace(place, std::move(product));
    if (first.bias != kNoValue) all = add_bias(first, place, all, dims);
    for (size_t i = 0; i < steps.size(); ++i) become_slice(graph_.nodes[steps[i].last], all, i, size);
  }

  ValueId add_bias(const Step& step, size_t place, ValueId x, const std::vector<int64_t>& dims) {
    const Node& model = graph_.nodes[step.last];
    Node sum;
    sum.name = model.name + "/steps";
    sum.op = model.op;
    sum.operands = {x, step.bias};
    sum.core = graph::CoreForm{.attributes = model.core->attributes, .epilogue = {}, .regions = {}, .views = {}};
    sum.results = {new_value(step, "/steps_biased", dims)};
    const ValueId result = sum.results[0];
    inserted_.emplace(place, std::move(sum));
    return result;
  }

  static void become_slice(Node& node, ValueId all, size_t index, int64_t size) {
    node.operands = {all};
    Region region{.src_offset = static_cast<int64_t>(index) * size};
    region.axes.push_back({.size = size, .src_stride = 1, .dst_stride = 1});
    node.core = graph::CoreForm{.attributes = RasterAttributes{}, .epilogue = {}, .regions = {region}, .views = {}};
    raster::canonicalise(node.core->regions);
  }

  void insert() {
    if (inserted_.empty()) return;
    std::vector<Node> nodes;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const auto [begin, end] = inserted_.equal_range(n);
      for (auto it = begin; it != end; ++it) nodes.push_back(std::move(it->second));
      nodes.push_back(std::move(graph_.nodes[n]));
    }
    graph_.nodes = std::move(nodes);
  }

  Graph& graph_;
  PassContext& context_;
  Matcher match_;
  std::vector<int> uses_;
  std::vector<int> readers_;              ///< the last node that reads each value
  std::multimap<size_t, Node> inserted_;  ///< in front of which node
};

Status run(Graph& graph, PassContext& context) {
  if (context.fuse) Steps(graph, context).run();
  return {};
}

}  // namespace

extern const PassDef kSteps;
const PassDef kSteps = {
    .name = "steps", .what = "a cell's input products of all unrolled steps become one", .run = run};

}  // namespace walle::passes
