#include "libwalle/graph/problem.h"

#include <algorithm>
#include <array>

#include "libwalle/graph/op.h"

namespace walle::graph {
namespace {

tl::unexpected<Error> wrong(const Node& node, ErrorCode code, const std::string& what) {
  return fail(code, "node '" + node.name + "' (" + std::string(node.op->name) + "): " + what);
}

Result<Operand> dense_operand(const Graph& graph, const Node& node, ValueId id) {
  const Value& value = graph.value(id);
  const auto dims = value.shape ? concrete(*value.shape) : std::nullopt;
  if (!dims || !value.dtype)
    return wrong(node, ErrorCode::unsupported, "the shape of '" + value.name + "' depends on data");
  if (dims->size() > kMaxRank)
    return wrong(node, ErrorCode::unsupported,
                 "'" + value.name + "' has more than " + std::to_string(kMaxRank) + " axes");
  int64_t extent = 1;
  for (const int64_t d : *dims) {
    if (d < 0 || __builtin_mul_overflow(extent, std::max<int64_t>(d, 1), &extent) || extent > engine::kMaxElements)
      return wrong(node, ErrorCode::invalid_argument, "'" + value.name + "' has too many elements");
  }
  Operand operand{.dtype = *value.dtype, .dims = Extents(std::span<const int64_t>(*dims)), .strides = {}};
  operand.strides = dense_strides(operand.dims);
  if (value.constant) {
    operand.constant = true;
    operand.data = value.constant->data();
  }
  return operand;
}

Result<Operand> operand_of(const Graph& graph, const Node& node, size_t i) {
  Operand operand = WALLE_TRY(dense_operand(graph, node, node.operands[i]));
  if (i < node.core->views.size() && node.core->views[i]) {
    const OperandView& view = *node.core->views[i];
    operand.dims = view.dims;
    operand.strides = view.strides;
    if (operand.data != nullptr && bits_of(operand.dtype) >= 8)
      operand.data = static_cast<const uint8_t*>(operand.data) + view.offset * (bits_of(operand.dtype) / 8);
  }
  return operand;
}

/// Makes `operand` have the dims `dims`, where only the axes in front of `keep` last ones may be broadcast.
Status broadcast(const Node& node, Operand& operand, std::span<const int64_t> dims, size_t keep = 0) {
  if (operand.dims.size() > dims.size())
    return wrong(node, ErrorCode::invalid_argument, "an operand has more axes than the result");
  Operand out = operand;
  out.dims = Extents(dims);
  out.strides.clear();
  out.strides.resize(dims.size(), 0);
  const size_t lead = dims.size() - operand.dims.size();
  for (size_t d = lead; d < dims.size(); ++d) {
    const int64_t size = operand.dims[d - lead];
    if (d + keep >= dims.size()) {
      out.dims[d] = size;
      out.strides[d] = operand.strides[d - lead];
    } else if (size == dims[d]) {
      out.strides[d] = size == 1 ? 0 : operand.strides[d - lead];
    } else if (size != 1) {
      return wrong(node, ErrorCode::invalid_argument,
                   "operands do not broadcast: " + std::to_string(size) + " against " + std::to_string(dims[d]));
    }
  }
  operand = out;
  return {};
}

/// Batch axes of q, k and v to the result's; the mask to the scores'.
Status broadcast_attention(const Node& node, Problem& problem, size_t own) {
  Extents scores = problem.results[0].dims;
  if (own < 3 || scores.size() < 2 || problem.operands[2].dims.size() < 2)
    return wrong(node, ErrorCode::internal, "attention lacks operands or axes");
  for (size_t i = 0; i < 3; ++i) WALLE_TRY(broadcast(node, problem.operands[i], problem.results[0].dims, 2));
  scores.back() = problem.operands[2].dims[scores.size() - 2];
  return own > 3 && problem.operands[3].present ? broadcast(node, problem.operands[3], scores) : Status{};
}

Status broadcast_operands(const Node& node, Problem& problem, size_t own) {
  const Extents result = problem.results[0].dims;
  switch (problem.family()) {
    case Family::unary:
    case Family::binary:
    case Family::select:
    case Family::cast:
    case Family::quantized_binary:
      for (size_t i = 0; i < own; ++i) WALLE_TRY(broadcast(node, problem.operands[i], result));
      break;
    case Family::matmul:
      for (size_t i = 0; i < own && i < 2; ++i) {
        if (problem.operands[i].dims.size() >= 2) WALLE_TRY(broadcast(node, problem.operands[i], result, 2));
      }
      break;
    case Family::norm:
      for (size_t i = 1; i < own; ++i) {
        if (node.operands[i] != kNoValue) WALLE_TRY(broadcast(node, problem.operands[i], problem.operands[0].dims));
      }
      break;
    case Family::attention:
      WALLE_TRY(broadcast_attention(node, problem, own));
      break;
    default:
      break;
  }
  for (const EpilogueOp& op : problem.epilogue) {
    if (op.kind == EpilogueKind::add_operand)
      WALLE_TRY(broadcast(node, problem.operands[static_cast<size_t>(op.operand)], result));
  }
  return {};
}

class Bytes {
 public:
  template <class T>
  void put(const T& v) {
    text.append(reinterpret_cast<const char*>(&v), sizeof v);
  }
  template <class T, size_t N>
  void put(const InlineVector<T, N>& v) {
    put(v.size());
    for (const T& item : v) put(item);
  }
  std::string text;
};

template <class... Fields>
void put_all(Bytes& out, const Fields&... fields) {
  (out.put(fields), ...);
}

struct AttributeKey {
  Bytes& out;
  void window(const Window& w) const { put_all(out, w.kernel, w.strides, w.dilations, w.pads_begin, w.pads_end); }
  void operator()(const UnaryAttributes& a) const { put_all(out, a.op, a.alpha, a.beta); }
  void operator()(const BinaryAttributes& a) const { put_all(out, a.op); }
  void operator()(const SelectAttributes&) const {}
  void operator()(const CastAttributes& a) const { put_all(out, a.saturate, a.bits, a.rounding); }
  void operator()(const MatMulAttributes& a) const { put_all(out, a.alpha); }
  void operator()(const ConvAttributes& a) const {
    window(a.window);
    out.put(a.group);
  }
  void operator()(const ConvTransposeAttributes& a) const {
    window(a.window);
    put_all(out, a.output_padding, a.group);
  }
  void operator()(const ReduceAttributes& a) const { put_all(out, a.op, a.axes_mask); }
  void operator()(const ArgReduceAttributes& a) const { put_all(out, a.smallest, a.last, a.axis); }
  void operator()(const ScanAttributes& a) const { put_all(out, a.product, a.exclusive, a.reverse, a.axis); }
  void operator()(const SoftmaxAttributes& a) const { put_all(out, a.axis, a.log); }
  void operator()(const NormAttributes& a) const { put_all(out, a.axis, a.epsilon, a.rms); }
  void operator()(const LrnAttributes& a) const { put_all(out, a.size, a.alpha, a.beta, a.bias); }
  void operator()(const PoolAttributes& a) const {
    window(a.window);
    put_all(out, a.op, a.count_include_pad, a.column_major, a.p);
  }
  void operator()(const ResizeAttributes& a) const {
    put_all(out, a.mode, a.coordinates, a.nearest, a.cubic_coefficient, a.extrapolation, a.exclude_outside, a.antialias,
            a.scales, a.roi);
  }
  void operator()(const GatherAttributes& a) const { put_all(out, a.axis); }
  void operator()(const GatherElementsAttributes& a) const { put_all(out, a.axis); }
  void operator()(const GatherNdAttributes& a) const { put_all(out, a.batch_dims); }
  void operator()(const ScatterAttributes& a) const { put_all(out, a.elements, a.axis, a.reduction); }
  void operator()(const TopKAttributes& a) const { put_all(out, a.axis, a.largest, a.sorted); }
  void operator()(const QuantizeAttributes& a) const { put_all(out, a.axis, a.block, a.saturate); }
  void operator()(const DequantizeAttributes& a) const { put_all(out, a.axis, a.block); }
  void operator()(const IotaAttributes&) const {}
  void operator()(const RasterAttributes&) const {}
  void operator()(const RandomAttributes& a) const { put_all(out, a.seed, a.each_run); }
  void operator()(const AttentionAttributes& a) const { put_all(out, a.scale, a.fill, a.filled, a.unseen); }
  void operator()(const QuantizedBinaryAttributes& a) const {
    put_all(out, a.op, a.a_scale, a.b_scale, a.y_scale, a.a_zero, a.b_zero, a.y_zero, a.low, a.high);
  }
};

void put_operands(Bytes& out, const std::vector<Operand>& operands) {
  out.put(operands.size());
  for (const Operand& o : operands) put_all(out, o.dtype, o.dims, o.strides, o.constant, o.present);
}

constexpr std::array<std::string_view, static_cast<size_t>(UnaryOp::count_)> kUnaryNames = {
    "abs",    "neg",         "floor",        "ceil",       "round",    "sign",       "sqrt",
    "rsqrt",  "reciprocal",  "exp",          "log",        "sin",      "cos",        "tan",
    "asin",   "acos",        "atan",         "sinh",       "cosh",     "tanh",       "asinh",
    "acosh",  "atanh",       "erf",          "sigmoid",    "relu",     "leaky_relu", "elu",
    "selu",   "celu",        "hard_sigmoid", "hard_swish", "softplus", "softsign",   "thresholded_relu",
    "gelu",   "gelu_tanh",   "mish",         "swish",      "shrink",   "clip",       "is_nan",
    "is_inf", "logical_not", "bit_not",      "square",     "identity"};
constexpr std::array<std::string_view, static_cast<size_t>(BinaryOp::count_)> kBinaryNames = {
    "add",  "sub",        "mul",         "div",         "pow",         "mod",    "fmod",    "min",
    "max",  "prelu",      "logical_and", "logical_or",  "logical_xor", "equal",  "greater", "greater_equal",
    "less", "less_equal", "shift_left",  "shift_right", "bit_and",     "bit_or", "bit_xor"};
constexpr std::array<std::string_view, static_cast<size_t>(ReduceOp::count_)> kReduceNames = {
    "sum", "mean", "max", "min", "prod", "sum_square", "l1", "l2", "log_sum", "log_sum_exp", "and", "or"};

/// What a family member is called: "binary add", "conv".
std::string function_text(const FamilyAttributes& attributes) {
  std::string text(name_of(family_of(attributes)));
  if (const auto* a = std::get_if<UnaryAttributes>(&attributes))
    text += " " + std::string(kUnaryNames[static_cast<size_t>(a->op)]);
  if (const auto* a = std::get_if<BinaryAttributes>(&attributes))
    text += " " + std::string(kBinaryNames[static_cast<size_t>(a->op)]);
  if (const auto* a = std::get_if<QuantizedBinaryAttributes>(&attributes))
    text += " " + std::string(kBinaryNames[static_cast<size_t>(a->op)]);
  if (const auto* a = std::get_if<ReduceAttributes>(&attributes))
    text += " " + std::string(kReduceNames[static_cast<size_t>(a->op)]);
  return text;
}

std::string epilogue_text(const EpilogueOp& op) {
  switch (op.kind) {
    case EpilogueKind::bias_channel:
      return " +bias";
    case EpilogueKind::unary:
      return " +" + std::string(kUnaryNames[static_cast<size_t>(op.unary)]);
    case EpilogueKind::binary_scalar:
      return " +" + std::string(kBinaryNames[static_cast<size_t>(op.binary)]) + "_scalar";
    case EpilogueKind::add_operand:
      return " +residual";
    case EpilogueKind::rescale:
      return " +rescale";
    case EpilogueKind::quantize:
      return " +quantize";
  }
  return "";
}

}  // namespace

Result<Problem> make_problem(const Graph& graph, const Node& node, Precision precision, int threads) {
  Problem problem;
  problem.attributes = node.core->attributes;
  problem.epilogue = node.core->epilogue;
  problem.regions = node.core->regions;
  problem.precision = precision;
  problem.threads = threads;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    if (node.operands[i] == kNoValue) {
      problem.operands.emplace_back().present = false;
    } else {
      problem.operands.push_back(WALLE_TRY(operand_of(graph, node, i)));
    }
  }
  for (const ValueId id : node.results) {
    if (id == kNoValue) continue;
    problem.results.push_back(WALLE_TRY(dense_operand(graph, node, id)));
  }
  if (problem.results.empty()) return wrong(node, ErrorCode::internal, "has no results");
  size_t own = problem.operands.size();
  for (const EpilogueOp& op : problem.epilogue) {
    if (op.operand < 0) continue;
    if (static_cast<size_t>(op.operand) >= problem.operands.size())
      return wrong(node, ErrorCode::internal, "its epilogue reads an operand that does not exist");
    own = std::min(own, static_cast<size_t>(op.operand));
  }
  WALLE_TRY(broadcast_operands(node, problem, own));
  return problem;
}

int64_t operand_offset(const Node& node, size_t i) {
  if (!node.core || i >= node.core->views.size() || !node.core->views[i]) return 0;
  return node.core->views[i]->offset;
}

std::string problem_key(const Problem& problem) {
  Bytes out;
  out.put(problem.attributes.index());
  std::visit(AttributeKey{out}, problem.attributes);
  out.put(problem.epilogue.size());
  for (const EpilogueOp& op : problem.epilogue)
    put_all(out, op.kind, op.unary, op.binary, op.alpha, op.beta, op.operand);
  put_operands(out, problem.operands);
  put_operands(out, problem.results);
  out.put(problem.regions.size());
  for (const Region& r : problem.regions) {
    put_all(out, r.source, r.fill, r.src_offset, r.dst_offset, r.combine, r.axes.size());
    for (const Axis& axis : r.axes) put_all(out, axis.size, axis.src_stride, axis.dst_stride);
    out.put(r.indexed.has_value());
    if (r.indexed)
      put_all(out, r.indexed->operand, r.indexed->axis, r.indexed->index_offset, r.indexed->index_stride,
              r.indexed->bound);
  }
  put_all(out, problem.precision, problem.threads);
  return std::move(out.text);
}

std::string describe(const Problem& problem) {
  std::string text = function_text(problem.attributes);
  for (const Operand& o : problem.operands) text += " " + engine::describe(o.dtype, o.dims);
  text += " →";
  for (const Operand& o : problem.results) text += " " + engine::describe(o.dtype, o.dims);
  for (const EpilogueOp& op : problem.epilogue) text += epilogue_text(op);
  return text;
}

}  // namespace walle::graph
