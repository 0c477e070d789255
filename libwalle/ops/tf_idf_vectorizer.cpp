#include <algorithm>

#include "libwalle/ops/rules/formula.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

struct Pool {
  Ints grams;    ///< all n-grams, 1-grams first
  Ints starts;   ///< where those of each length begin
  Ints columns;  ///< of the result, by n-gram
  std::vector<float> weights;
  int64_t shortest = 1, longest = 1, skips = 0;
  std::string mode;
  [[nodiscard]] int64_t width() const {
    return columns.empty() ? 0 : *std::max_element(columns.begin(), columns.end()) + 1;
  }
};

Result<Pool> pool_of(const NodeView& node) {
  if (node.has_attribute("pool_strings")) return node.fail(ErrorCode::unsupported, "strings are not supported");
  Pool p;
  p.grams = WALLE_TRY(node.attribute_ints("pool_int64s", {}));
  p.starts = WALLE_TRY(node.attribute_ints("ngram_counts", {}));
  p.columns = WALLE_TRY(node.attribute_ints("ngram_indexes", {}));
  p.weights = WALLE_TRY(graph::attribute_floats(node.node().attributes, "weights", {}));
  p.shortest = WALLE_TRY(node.attribute_int("min_gram_length", 1));
  p.longest = WALLE_TRY(node.attribute_int("max_gram_length", 1));
  p.skips = WALLE_TRY(node.attribute_int("max_skip_count", 0));
  p.mode = WALLE_TRY(node.attribute_string("mode", "TF"));
  bool fits = p.shortest >= 1 && p.longest >= p.shortest && p.longest <= 64 && p.skips >= 0 && p.skips <= 64 &&
              (p.weights.empty() || p.weights.size() == p.columns.size());
  fits = fits && std::is_sorted(p.starts.begin(), p.starts.end()) && !p.starts.empty() && p.starts.front() >= 0 &&
         p.starts.back() <= std::ssize(p.grams);
  fits = fits && std::all_of(p.columns.begin(), p.columns.end(), [](int64_t c) { return c >= 0 && c < 1 << 24; });
  if (!fits) return node.fail(ErrorCode::invalid_argument, "the pool's attributes do not fit together");
  return p;
}

Status infer(const NodeView& node, InferContext& context) {
  const Pool p = WALLE_TRY(pool_of(node));
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, DType::f32);
    return {};
  }
  Shape shape = *node.value(0).shape;
  if (shape.empty() || shape.size() > 2) return node.fail(ErrorCode::invalid_argument, "needs rank 1 or 2");
  shape.back() = p.width();
  context.set(0, DType::f32, std::move(shape));
  return {};
}

/// How often each of `count` n-grams of length n stands in a row of x [N, L] with `step` from item to item: [N, count].
Term counts_of(Formula& f, Term x, const Pool& p, int64_t n, int64_t first, int64_t count, int64_t step) {
  const Ints dims = x.dims();
  const int64_t windows = dims[1] - (n - 1) * step;
  if (windows < 1) return f.number(DType::f32, 0).expand(Ints{dims[0], count});
  Term all;
  for (int64_t i = 0; i < n; ++i) {
    std::vector<double> items;
    for (int64_t g = 0; g < count; ++g)
      items.push_back(static_cast<double>(p.grams[static_cast<size_t>(first + g * n + i)]));
    const Term wanted = f.constant(items, Ints{1, 1, count}, DType::i64);
    const Term same = compare("Equal", x.slice(1, i * step, i * step + windows).reshape({dims[0], windows, 1}), wanted);
    all = i == 0 ? same : f.op("And", {all, same});
  }
  return all.cast(DType::f32).reduce("ReduceSum", {1}).reshape({dims[0], count});
}

/// Counts of all n-grams of the pool, in its order, and a column of 0 behind them.
Term all_counts(Formula& f, Term x, const Pool& p) {
  std::vector<Term> parts;
  for (size_t length = 0; length < p.starts.size(); ++length) {
    const auto n = static_cast<int64_t>(length) + 1;
    const int64_t end = length + 1 < p.starts.size() ? p.starts[length + 1] : std::ssize(p.grams);
    const int64_t count = (end - p.starts[length]) / n;
    if (count == 0) continue;
    Term sum = f.number(DType::f32, 0).expand(Ints{x.dims()[0], count});
    const bool wanted = n >= p.shortest && n <= p.longest;
    for (int64_t skip = 0; wanted && skip <= (n == 1 ? 0 : p.skips); ++skip)
      sum = sum + counts_of(f, x, p, n, p.starts[length], count, skip + 1);
    parts.push_back(sum);
  }
  parts.push_back(f.number(DType::f32, 0).expand(Ints{x.dims()[0], 1}));
  return concat(parts, 1);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Pool p = WALLE_TRY(pool_of(node));
  const Ints dims = WALLE_TRY(node.dims(0));
  Formula f(builder);
  const Term x = f.of(node.operand(0)).cast(DType::i64).reshape({dims.size() == 2 ? dims[0] : 1, dims.back()});
  if (f.failed()) return f.results({});
  Term y = all_counts(f, x, p);
  const int64_t grams = y.dims().empty() ? 0 : y.dims()[1] - 1;
  if (grams != std::ssize(p.columns))
    return node.fail(ErrorCode::invalid_argument, "ngram_indexes does not have one number for each n-gram");
  if (p.mode == "IDF") y = f.op("Min", {y, f.number(DType::f32, 1)});
  if (p.mode != "TF" && !p.weights.empty()) {
    std::vector<double> weights(p.weights.begin(), p.weights.end());
    weights.push_back(0);
    y = y * f.constant(weights, Ints{1, grams + 1}, DType::f32);
  }
  Ints source(static_cast<size_t>(p.width()), grams);
  for (size_t g = 0; g < p.columns.size(); ++g) source[static_cast<size_t>(p.columns[g])] = static_cast<int64_t>(g);
  y = f.op("Gather", {y, f.of(builder.ints(source))}, {{"axis", int64_t{1}}});
  return f.results({y.reshape(WALLE_TRY(node.result_dims(0)))});
}

}  // namespace

extern const OpDef kTfIdfVectorizer = {
    .name = "TfIdfVectorizer",
    .formula =
        "y[c] = how often n-gram c of the pool stands in x, with skips; at most 1 (IDF), times its weight (not TF)",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "max_gram_length:int, max_skip_count:int, min_gram_length:int, mode:string, ngram_counts:ints, "
        "ngram_indexes:ints, pool_int64s:ints?, pool_strings:strings?, weights:floats?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
