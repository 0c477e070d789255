#include <algorithm>
#include <functional>
#include <numeric>

#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/scores.h"
#include "libwalle/ops/rules/support_vectors.h"
#include "libwalle/ops/rules/turns.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::ScoreTransform;
using rules::Term;

// One classifier for each pair of classes votes (libsvm's "one against one"); without support vectors, one linear
// function for each class scores. Orders, ties and what a score shows are ONNX Runtime's.

constexpr int64_t kMostClasses = 256;
constexpr int64_t kMostCoupled = rules::kMostSpelledOut;  // with probabilities: their steps are spelled out
constexpr int64_t kMostTurns = 100;                       // of the coupling, as in libsvm

struct Machine {
  Ints labels;
  Ints counts;          ///< support vectors of each class
  int64_t vectors = 0;  ///< of all classes; 0: linear
  std::vector<float> prob_a, prob_b;

  [[nodiscard]] int64_t classes() const { return std::ssize(labels); }
  [[nodiscard]] int64_t pairs() const { return classes() * (classes() - 1) / 2; }
  [[nodiscard]] bool linear() const { return vectors == 0; }
  [[nodiscard]] bool probabilities() const { return !linear() && !prob_a.empty(); }
};

Result<Machine> machine_of(const NodeView& node) {
  Machine m;
  m.labels = WALLE_TRY(rules::class_labels(node, "classlabels_ints"));
  if (m.classes() < 2 || m.classes() > kMostClasses)
    return node.fail(ErrorCode::unsupported, "needs 2 to " + std::to_string(kMostClasses) + " classlabels_ints");
  m.counts = WALLE_TRY(node.attribute_ints("vectors_per_class", {}));
  for (const int64_t count : m.counts) {
    if (count < 0 || count > engine::kMaxElements)
      return node.fail(ErrorCode::invalid_argument, "vectors_per_class has a number out of range");
  }
  if (std::ssize(m.counts) > m.classes())
    return node.fail(ErrorCode::invalid_argument, "vectors_per_class has more numbers than there are classes");
  m.vectors = std::accumulate(m.counts.begin(), m.counts.end(), int64_t{0});
  if (!m.linear() && std::ssize(m.counts) != m.classes())
    return node.fail(ErrorCode::invalid_argument, "vectors_per_class is not one number for each class");
  m.prob_a = WALLE_TRY(rules::float_list(node, "prob_a"));
  m.prob_b = WALLE_TRY(rules::float_list(node, "prob_b"));
  const bool fits = m.prob_a.size() == m.prob_b.size() && (m.prob_a.empty() || std::ssize(m.prob_a) >= m.pairs());
  if (!fits && !m.linear())
    return node.fail(ErrorCode::invalid_argument, "prob_a and prob_b are not one for each pair of classes");
  if (m.probabilities() && m.classes() > kMostCoupled) {
    return node.fail(ErrorCode::unsupported,
                     "probabilities of more than " + std::to_string(kMostCoupled) + " classes; export without prob_a");
  }
  return m;
}

Status infer(const NodeView& node, InferContext& context) {
  const Machine m = WALLE_TRY(machine_of(node));
  const Dim count = WALLE_TRY(rules::sample_count(node, context));
  const bool of_pairs = !m.linear() && !m.probabilities() && m.classes() > 2;
  context.set(0, DType::i64, {count});
  context.set(1, DType::f32, {count, Dim(of_pairs ? m.pairs() : m.classes())});
  return {};
}

/// Calls visit(pair, i, j) for the pairs i < j of classes, in order.
template <class Visit>
void for_each_pair(const Machine& m, Visit visit) {
  int64_t pair = 0;
  for (int64_t i = 0; i < m.classes(); ++i) {
    for (int64_t j = i + 1; j < m.classes(); ++j) visit(pair++, i, j);
  }
}

/// What each pair's classifier makes of x: [N, pairs], > 0 for the first of the two.
Result<Term> decisions(const NodeView& node, const Machine& m, Term x) {
  Formula& f = x.formula();
  const auto coefficients = WALLE_TRY(rules::float_list(node, "coefficients"));  // [classes - 1, vectors]
  const auto vectors = WALLE_TRY(rules::float_list(node, "support_vectors"));
  const auto rho = WALLE_TRY(rules::float_list(node, "rho"));
  const Ints dims = x.dims();
  const bool fits = dims.size() == 2 && std::ssize(vectors) % m.vectors == 0 &&
                    std::ssize(vectors) / m.vectors == dims[1] &&
                    std::ssize(coefficients) / m.vectors >= m.classes() - 1 && std::ssize(rho) >= m.pairs();
  if (!fits) return node.fail(ErrorCode::invalid_argument, "coefficients, support_vectors and rho do not fit together");
  WALLE_TRY(rules::check_table(node, {m.vectors, m.pairs()}));
  Ints begin(m.counts.size() + 1, 0);
  std::partial_sum(m.counts.begin(), m.counts.end(), begin.begin() + 1);
  std::vector<float> weights(static_cast<size_t>(m.vectors * m.pairs()), 0);  // [vectors, pairs]
  const auto take = [&](int64_t pair, int64_t of_class, int64_t row) {
    for (int64_t v = begin[static_cast<size_t>(of_class)]; v < begin[static_cast<size_t>(of_class) + 1]; ++v)
      weights[static_cast<size_t>(v * m.pairs() + pair)] = coefficients[static_cast<size_t>(row * m.vectors + v)];
  };
  for_each_pair(m, [&](int64_t pair, int64_t i, int64_t j) {
    take(pair, i, j - 1);
    take(pair, j, i);
  });
  const Term near =
      rules::similarity(WALLE_TRY(rules::vector_kernel(node)), x, rules::matrix(f, vectors, m.vectors, dims[1]));
  const std::vector<float> shifts(rho.begin(), rho.begin() + m.pairs());
  return matmul(near, rules::matrix(f, weights, m.vectors, m.pairs())) + rules::matrix(f, shifts, 1, m.pairs());
}

/// [N, pairs] to [N, columns]: each pair's value goes to the column that `column` names for its classes i < j.
Term spread(const Machine& m, Term values, int64_t columns, const std::function<int64_t(int64_t, int64_t)>& column) {
  std::vector<float> where_to(static_cast<size_t>(m.pairs() * columns), 0);
  for_each_pair(
      m, [&](int64_t pair, int64_t i, int64_t j) { where_to[static_cast<size_t>(pair * columns + column(i, j))] = 1; });
  return matmul(values, rules::matrix(values.formula(), where_to, m.pairs(), columns));
}

/// The class with the most votes, the first of several: [N].
Term most_votes(const Machine& m, Term decided) {
  const Term first = compare("Greater", decided, 0).cast(DType::f32);
  const auto lower = [](int64_t i, int64_t) { return i; };
  const auto upper = [](int64_t, int64_t j) { return j; };
  const Term votes = spread(m, first, m.classes(), lower) + spread(m, 1 - first, m.classes(), upper);
  return votes.apply("ArgMax", {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}});
}

/// One turn of Wu, Lin and Weng, 'Probability estimates for multi-class classification by pairwise coupling' (2004),
/// algorithm 2. p: [N, classes], q: [N, classes, classes].
Term couple_once(Term p, Term q) {
  const int64_t count = q.dims().empty() ? 0 : q.dims()[0];
  const int64_t classes = q.dims().empty() ? 0 : q.dims()[2];
  const auto cell = [&](int64_t i) { return q.slice(1, i, i + 1).reshape({count, classes}); };
  const Term old = p;
  Term product = matmul(q, p.reshape({count, classes, 1})).reshape({count, classes});
  Term total = (p * product).reduce("ReduceSum", {1});
  const Term wrong = (product - total).apply("Abs").reduce("ReduceMax", {1});
  for (int64_t i = 0; i < classes; ++i) {
    const Term row = cell(i);
    const Term diagonal = row.slice(1, i, i + 1);
    const Term at = product.slice(1, i, i + 1);
    const Term change = (total - at) / diagonal;
    const Term scale = change + 1;
    const Term mine = p.slice(1, i, i + 1) + change;
    total = (total + change * (change * diagonal + 2 * at)) / scale / scale;
    product = (product + change * row) / scale;
    p = rules::concat({p.slice(1, 0, i), mine, p.slice(1, i + 1, classes)}, 1) / scale;
  }
  return where(compare("Less", wrong, 0.005 / static_cast<double>(classes)), old, p);
}

/// The probability of each class out of those of the pairs: [N, classes].
Result<Term> coupled(const Machine& m, Term pairs) {
  Formula& f = pairs.formula();
  const int64_t classes = m.classes();
  const auto upper = [&](int64_t i, int64_t j) { return i * classes + j; };
  const auto lower = [&](int64_t i, int64_t j) { return j * classes + i; };
  const int64_t count = pairs.dims().empty() ? 0 : pairs.dims()[0];
  const Term against = (spread(m, pairs, classes * classes, upper) + spread(m, 1 - pairs, classes * classes, lower))
                           .reshape({count, classes, classes});
  const Term other = against.transpose({0, 2, 1});
  const Term eye = f.op("Equal", {f.positions(classes, 2, 0), f.positions(classes, 2, 1)}).cast(DType::f32);
  const Term q = eye * (other * other).reduce("ReduceSum", {2}) - against * other;
  const Term even = f.number(DType::f32, 1.0 / static_cast<double>(classes)).expand(Ints{count, classes});
  const auto start = WALLE_TRY(f.result(even));
  const auto weights = WALLE_TRY(f.result(q));
  const auto turn = [](GraphBuilder& body, const rules::TurnInputs& inputs) -> Result<rules::TurnOutputs> {
    Formula inner(body);
    const Term next = couple_once(inner.of(inputs.carried[0]), inner.of(inputs.captured[0]));
    return rules::TurnOutputs{{WALLE_TRY(inner.result(next))}, {}};
  };
  return f.of(WALLE_TRY(rules::repeat(f.builder(), kMostTurns, {start}, {weights}, turn)).carried[0]);
}

/// Platt's sigmoids of the decisions, away from 0 and 1.
Term pair_probabilities(const Machine& m, Term decided) {
  Formula& f = decided.formula();
  const std::vector<float> a(m.prob_a.begin(), m.prob_a.begin() + m.pairs());
  const std::vector<float> b(m.prob_b.begin(), m.prob_b.begin() + m.pairs());
  const Term value = decided * rules::matrix(f, a, 1, m.pairs()) + rules::matrix(f, b, 1, m.pairs());
  return rules::clamp((-value).apply("Sigmoid"), 1e-7, 1 - 1e-7);
}

Replacement by_vectors(const NodeView& node, const Machine& m, Term x, ScoreTransform transform) {
  Formula& f = x.formula();
  const Term decided = WALLE_TRY(decisions(node, m, x));
  const Term label = rules::chosen(m.labels, most_votes(m, decided));
  if (m.probabilities())
    return f.results({label, transformed(WALLE_TRY(coupled(m, pair_probabilities(m, decided))), transform)});
  if (m.classes() > 2) return f.results({label, transformed(decided, transform)});
  if (transform == ScoreTransform::probit)
    return node.fail(ErrorCode::unsupported, "PROBIT of one score, of which ONNX Runtime leaves the second unwritten");
  const Term other = transform == ScoreTransform::none ? -decided : 1 - decided;
  return f.results({label, rules::both_of_one(other, decided, transform)});
}

Replacement by_lines(const NodeView& node, const Machine& m, Term x, ScoreTransform transform) {
  Formula& f = x.formula();
  const auto coefficients = WALLE_TRY(rules::float_list(node, "coefficients"));
  const auto rho = WALLE_TRY(rules::float_list(node, "rho"));
  const Ints dims = x.dims();
  if (dims.size() != 2 || rho.empty() || std::ssize(coefficients) % m.classes() != 0 ||
      std::ssize(coefficients) / m.classes() != dims[1])
    return node.fail(ErrorCode::invalid_argument, "coefficients and rho are not one function for each class");
  const Term z =
      matmul(x, rules::matrix(f, coefficients, m.classes(), dims[1]).transpose({1, 0})) + static_cast<double>(rho[0]);
  const Term index = z.apply("ArgMax", {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}});
  Term label = rules::chosen(m.labels, index);
  if (m.classes() == 2 && m.prob_a.empty()) {  // the second label also where any score is large enough
    const bool positive = std::all_of(coefficients.begin(), coefficients.end(), [](float c) { return c >= 0; });
    const Term largest = z.reduce("ReduceMax", {1}).reshape({dims[0]});
    const Term sure =
        positive ? f.op("GreaterOrEqual", {largest, largest.number(0.5)}) : compare("Greater", largest, 0);
    label = where(sure, f.number(DType::i64, static_cast<double>(m.labels[1])), label);
  }
  return f.results({label, transformed(z, transform)});
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const Machine m = WALLE_TRY(machine_of(node));
  const ScoreTransform transform = WALLE_TRY(rules::score_transform(node));
  Formula f(builder);
  const Term x = WALLE_TRY(rules::sample_rows(node, f)).cast(DType::f32);
  return m.linear() ? by_lines(node, m, x, transform) : by_vectors(node, m, x, transform);
}

}  // namespace

extern const OpDef kSvmClassifier = {
    .name = "SVMClassifier",
    .domain = "ai.onnx.ml",
    .formula = "d[n,i<j] = Σ_v coefficient[v] · K(x[n], support[v]) + rho[i,j]; y[n] = label with the most votes",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {2, 2},
    .attributes =
        "classlabels_ints:ints?, classlabels_strings:strings?, coefficients:floats, kernel_params:floats?, "
        "kernel_type:string(LINEAR|POLY|RBF|SIGMOID)=LINEAR, post_transform:string?, prob_a:floats?, prob_b:floats?, "
        "rho:floats, support_vectors:floats?, vectors_per_class:ints?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
