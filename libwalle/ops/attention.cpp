#include "libwalle/ops/rules/attention.h"

#include <cmath>
#include <limits>

#include "libwalle/ops/rules/shapes.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Operands and results by position.
constexpr size_t kMask = 3, kPastKey = 4, kPastValue = 5, kLengths = 6;

struct Sizes {
  Shape q, k, v;  ///< [B, heads, length, size], the cache not counted
  bool packed = false;
};

Result<Shape> headed(const NodeView& node, InferContext& context, size_t operand, std::string_view heads) {
  const Shape& x = *node.value(operand).shape;
  if (x.size() == 4) return x;
  const int64_t count = WALLE_TRY(node.attribute_int(heads, 0));
  if (x.size() != 3 || count < 1)
    return node.fail(ErrorCode::invalid_argument, "needs rank 4, or rank 3 with attribute " + std::string(heads));
  return Shape{x[0], Dim(count), x[1], rules::over(context, x[2], Dim(count))};
}

Result<Sizes> sizes_of(const NodeView& node, InferContext& context) {
  Sizes s;
  s.q = WALLE_TRY(headed(node, context, 0, "q_num_heads"));
  s.k = WALLE_TRY(headed(node, context, 1, "kv_num_heads"));
  s.v = WALLE_TRY(headed(node, context, 2, "kv_num_heads"));
  s.packed = node.value(0).shape->size() == 3;
  if (!rules::may_equal(s.q[0], s.k[0]) || !rules::may_equal(s.q[3], s.k[3])) return rules::mismatch(node, 0, 1);
  if (!rules::may_equal(s.k[2], s.v[2]) || !rules::may_equal(s.k[1], s.v[1])) return rules::mismatch(node, 1, 2);
  const bool known = s.q[1].known() && s.k[1].known();
  if (known && (s.k[1].value() < 1 || s.q[1].value() % s.k[1].value() != 0))
    return node.fail(ErrorCode::invalid_argument, "the query's heads are no multiple of the key's");
  return s;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const DType value_dtype = WALLE_TRY(node.dtype(2));
  if (!rules::has_shapes(node)) {
    for (size_t i = 0; i < 4; ++i) context.set_unknown_shape(i, i == 2 ? value_dtype : dtype);
    return {};
  }
  if (node.has(kPastKey) != node.has(kPastValue))
    return node.fail(ErrorCode::invalid_argument, "past key and past value come together");
  const Sizes s = WALLE_TRY(sizes_of(node, context));
  if (node.has(kMask) && node.value(kMask).shape->size() > 4) return rules::mismatch(node, 0, kMask);
  Dim total = s.k[2];
  if (node.has(kPastKey)) {
    const Shape& past = *node.value(kPastKey).shape;
    if (past.size() != 4) return rules::mismatch(node, 1, kPastKey);
    total = rules::plus(context, past[2], total);
  }
  const Shape packed = {s.q[0], s.q[2], rules::times(context, s.q[1], s.v[3])};
  context.set(0, dtype, s.packed ? packed : Shape{s.q[0], s.q[1], s.q[2], s.v[3]});
  context.set(1, dtype, {s.k[0], s.k[1], total, s.k[3]});
  context.set(2, value_dtype, {s.v[0], s.v[1], total, s.v[3]});
  context.set(3, dtype, {s.q[0], s.q[1], s.q[2], total});
  return {};
}

struct Options {
  bool causal = false;
  int64_t left = -1, right = -1, mode = 0;
  double softcap = 0;
  int64_t past = 0;  ///< length of the cache
};

Result<Options> options_of(const NodeView& node) {
  Options o;
  o.causal = WALLE_TRY(node.attribute_int("is_causal", 0)) != 0;
  o.left = WALLE_TRY(node.attribute_int("left_window_size", -1));
  o.right = WALLE_TRY(node.attribute_int("right_window_size", -1));
  o.mode = WALLE_TRY(node.attribute_int("qk_matmul_output_mode", 0));
  o.softcap = static_cast<double>(WALLE_TRY(node.attribute_float("softcap", 0)));
  if (node.has(kPastKey)) o.past = WALLE_TRY(node.dims(kPastKey))[2];
  return o;
}

/// Which keys a query may see by position, [L, S] or [B, 1, L, S]; no value: all.
std::optional<Term> allowed(Formula& f, const NodeView& node, const Options& o, int64_t queries, int64_t keys) {
  std::optional<Term> all;
  const auto also = [&](Term more) { all = all ? f.op("And", {*all, more}) : more; };
  const bool lengths = node.has(kLengths);
  const Term key = f.positions(keys, 2, 1);
  if (o.causal || o.left >= 0 || o.right >= 0) {
    Term place = f.positions(queries, 2, 0) + static_cast<double>(o.past);
    if (lengths && o.past == 0) {
      const Ints batch = f.of(node.operand(kLengths)).dims();
      const Term valid = f.of(node.operand(kLengths)).reshape({batch.empty() ? 1 : batch[0], 1, 1, 1});
      place = place + (valid - static_cast<double>(queries));
    }
    const Term ahead = key - place;
    if (o.causal) also(compare("LessOrEqual", ahead, 0.0));
    if (o.right >= 0) also(compare("LessOrEqual", ahead, static_cast<double>(o.right)));
    if (o.left >= 0) also(compare("GreaterOrEqual", ahead, static_cast<double>(-o.left)));
  }
  if (lengths) {
    const Term valid = f.of(node.operand(kLengths));
    const Ints batch = valid.dims();
    also(compare("Less", key, valid.reshape({batch.empty() ? 1 : batch[0], 1, 1, 1})));
  }
  return all;
}

/// The mask operand as a number to add, padded to all keys.
Term mask_bias(Formula& f, const NodeView& node, DType dtype, int64_t keys) {
  Term mask = f.of(node.operand(kMask));
  const Term zero = f.number(dtype, 0);
  const Term never = f.number(dtype, -kInfinity);
  mask = mask.dtype() == DType::boolean ? where(mask, zero, never) : mask.cast(dtype);
  const Ints dims = mask.dims();
  if (dims.empty() || dims.back() >= keys) return mask;
  Ints missing = dims;
  missing.back() = keys - dims.back();
  return rules::concat({mask, never.expand(missing)}, static_cast<int64_t>(dims.size()) - 1);
}

std::optional<Term> bias_of(Formula& f, const NodeView& node, const Options& o, Term scores) {
  const Ints dims = scores.dims();
  if (dims.size() != 4) return std::nullopt;
  std::optional<Term> bias;
  if (node.has(kMask)) bias = mask_bias(f, node, scores.dtype(), dims[3]);
  if (const auto seen = allowed(f, node, o, dims[2], dims[3])) {
    const Term more = where(*seen, f.number(scores.dtype(), 0), f.number(scores.dtype(), -kInfinity));
    bias = bias ? *bias + more : more;
  }
  return bias;
}

/// Softmax; a row of which nothing may be seen is 0.
Result<Term> probabilities(Formula& f, const NodeView& node, Term scores, std::optional<Term> bias) {
  const int64_t precision = WALLE_TRY(node.attribute_int("softmax_precision", 0));
  const auto wide = precision == 0 ? std::optional(scores.dtype()) : rules::dtype_of_onnx(precision);
  if (!wide || !is_float(*wide)) return node.fail(ErrorCode::invalid_argument, "softmax_precision is no float type");
  const Term p = scores.cast(*wide).apply("Softmax", {{"axis", int64_t{-1}}}).cast(scores.dtype());
  if (!bias) return p;
  const auto last = static_cast<int64_t>(bias->dims().size()) - 1;
  const Term blind = compare("Equal", bias->reduce("ReduceMax", {last}), -kInfinity);
  return where(blind, f.number(p.dtype(), 0), p);
}

/// Half-precision products are scaled on both sides, so that they do not overflow.
Term scaled_scores(Term q, Term k, double scale) {
  if (bits_of(q.dtype()) >= 32) return rules::attention_scores(q * scale, k);
  return rules::attention_scores(q * std::sqrt(scale), k * std::sqrt(scale));
}

struct Operands {
  Term q, k, v;
  bool packed = false;
};

Result<Operands> operands_of(Formula& f, const NodeView& node) {
  Operands x{.q = f.of(node.operand(0)), .k = f.of(node.operand(1)), .v = f.of(node.operand(2))};
  x.packed = WALLE_TRY(node.dims(0)).size() == 3;
  if (x.packed) {
    x.q = rules::split_heads(x.q, WALLE_TRY(node.attribute_int("q_num_heads", 1)));
    x.k = rules::split_heads(x.k, WALLE_TRY(node.attribute_int("kv_num_heads", 1)));
    x.v = rules::split_heads(x.v, WALLE_TRY(node.attribute_int("kv_num_heads", 1)));
  }
  if (node.has(kPastKey)) {
    x.k = rules::concat({f.of(node.operand(kPastKey)), x.k}, 2);
    x.v = rules::concat({f.of(node.operand(kPastValue)), x.v}, 2);
  }
  return x;
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Options o = WALLE_TRY(options_of(node));
  Formula f(builder);
  const Operands x = WALLE_TRY(operands_of(f, node));
  const Ints q = x.q.dims();
  const float fallback = q.size() == 4 ? 1 / std::sqrt(static_cast<float>(q[3])) : 1;
  const auto scale = static_cast<double>(WALLE_TRY(node.attribute_float("scale", fallback)));
  Term scores = scaled_scores(x.q, x.k, scale);
  Term shown = scores;
  if (o.softcap > 0) scores = (scores / o.softcap).apply("Tanh") * o.softcap;
  if (o.mode == 1) shown = scores;
  const auto bias = bias_of(f, node, o, scores);
  if (bias) scores = scores + *bias;
  if (o.mode == 2) shown = scores;
  const Term p = WALLE_TRY(probabilities(f, node, scores, bias));
  if (o.mode == 3) shown = p;
  const Term y = rules::attention_values(p.cast(x.v.dtype()), x.v).cast(x.q.dtype());
  return f.results({x.packed ? rules::join_heads(y) : y, x.k, x.v, shown});
}

}  // namespace

extern const OpDef kAttention = {
    .name = "Attention",
    .formula = "y = softmax(softcap(scale * q kᵀ) + bias) v, bias by mask, causality, window and lengths",
    .op_class = OpClass::composite,
    .operands = {3, 7},
    .results = {1, 4},
    .attributes =
        "is_causal:int=0, kv_num_heads:int(0..16777216)=0, left_window_size:int=-1, q_num_heads:int(0..16777216)=0, "
        "qk_matmul_output_mode:int=0, right_window_size:int=-1, scale:float?, softcap:float=0, "
        "softmax_precision:int=0",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
