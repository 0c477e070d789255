#include <limits>

#include "tests/unit/libwalle/passes/fused.h"

namespace walle::passes {
namespace {

// The bound of fusing attention: see expect_same.
constexpr float kBound = 1e-5F;
constexpr float kInfinity = std::numeric_limits<float>::infinity();
const std::vector<std::string> kOne = {"attention"};

/// q [B,H,m,d], k and v [B,H,n,d]; what stands between the products is the caller's.
struct Sketch {
  int64_t batch = 2, heads = 3, queries = 5, keys = 7, depth = 4;
  Maker m;
  ValueId q = m.input("q", DType::f32, {batch, heads, queries, depth});
  ValueId k = m.input("k", DType::f32, {batch, heads, keys, depth});
  ValueId v = m.input("v", DType::f32, {batch, heads, keys, depth});

  ValueId scores(ValueId left) {
    return m.op("scores", "MatMul", {left, m.op("kt", "Transpose", {k}, {{"perm", std::vector<int64_t>{0, 1, 3, 2}}})});
  }
  ValueId softmax(ValueId x) { return m.op("softmax", "Softmax", {x}, {{"axis", int64_t{-1}}}); }
  void mix(ValueId p) { m.graph.outputs = {m.op("mix", "MatMul", {p, v})}; }
  ValueId booleans(const std::string& name, std::vector<int64_t> dims, const std::vector<float>& values) {
    return m.op(name, "Cast", {m.constant(name + "_numbers", std::move(dims), values)}, {{"to", int64_t{9}}});
  }
  [[nodiscard]] std::vector<NamedTensor> inputs() const {
    const auto values = [&](int64_t length, float scale) {
      return floats({batch, heads, length, depth}, ramp(batch * heads * length * depth, scale));
    };
    return {{"q", values(queries, 0.2F)}, {"k", values(keys, 0.15F)}, {"v", values(keys, 0.3F)}};
  }
  void expect_fused() const {
    expect_same(m.graph, inputs(), kBound);
    EXPECT_EQ(families(m.graph, inputs()), kOne);
  }
};

std::vector<float> causal(int64_t queries, int64_t keys, float seen, float hidden) {
  std::vector<float> values;
  for (int64_t i = 0; i < queries; ++i) {
    for (int64_t j = 0; j < keys; ++j) values.push_back(j <= i ? seen : hidden);
  }
  return values;
}

TEST(AttentionFusion, ScaledByDivisionWithAPaddingMask) {
  Sketch s;
  const ValueId scaled = s.m.op("scaled", "Div", {s.scores(s.q), scalar(s.m, "root", 2)});
  std::vector<float> mask(14, 0);
  mask[5] = mask[6] = mask[13] = -10000;
  s.mix(s.softmax(s.m.op("masked", "Add", {scaled, s.m.constant("mask", {2, 1, 1, 7}, mask)})));
  s.expect_fused();
}

TEST(AttentionFusion, QueriesScaledBeforeWithACausalMaskOnTheLeft) {
  Sketch s;
  const ValueId scores = s.scores(s.m.op("scaled", "Mul", {s.q, scalar(s.m, "root", 0.5F)}));
  const ValueId mask = s.m.constant("mask", {5, 7}, causal(5, 7, 0, -kInfinity));
  s.mix(s.softmax(s.m.op("masked", "Add", {mask, scores})));
  s.expect_fused();
}

TEST(AttentionFusion, MaskBySelectionOfEitherSide) {
  for (const bool filled : {true, false}) {
    Sketch s;
    const ValueId scores = s.m.op("scaled", "Mul", {s.scores(s.q), scalar(s.m, "root", 0.5F)});
    const ValueId mask = s.booleans("mask", {1, 1, 5, 7}, causal(5, 7, filled ? 0 : 1, filled ? 1 : 0));
    const ValueId fill = scalar(s.m, "fill", -3.4e38F);
    const std::vector<ValueId> operands = {mask, filled ? fill : scores, filled ? scores : fill};
    s.mix(s.softmax(s.m.op("masked", "Where", operands)));
    s.expect_fused();
  }
}

TEST(AttentionFusion, RowsOfWhichNothingIsSeenAreZeroWhereTheModelSaysSo) {
  Sketch s;
  std::vector<float> mask(35, 0);
  std::fill_n(mask.begin() + 14, 7, -kInfinity);
  const ValueId p = s.softmax(s.m.op("masked", "Add", {s.scores(s.q), s.m.constant("mask", {5, 7}, mask)}));
  s.mix(s.m.op("safe", "Where", {s.m.op("bad", "IsNaN", {p}), scalar(s.m, "zero", 0), p}));
  s.expect_fused();
  const auto y = list((*run_graph(s.m.graph.clone(), s.inputs()))[0]);
  for (int64_t c = 0; c < s.depth; ++c) EXPECT_EQ(y[static_cast<size_t>(2 * s.depth + c)], 0);
}

TEST(AttentionFusion, ManyKeysAndQueriesAgainstLoopsInDouble) {
  Sketch s{.batch = 1, .heads = 2, .queries = 101, .keys = 430, .depth = 20};
  s.mix(s.softmax(s.scores(s.q)));
  s.expect_fused();
  const auto inputs = s.inputs();
  const auto q = list(inputs[0].tensor);
  const auto k = list(inputs[1].tensor);
  const auto v = list(inputs[2].tensor);
  const auto y = list((*run_graph(s.m.graph.clone(), inputs, {.threads = 2}))[0]);
  const auto row = [&](const std::vector<float>& x, int64_t i) { return x.data() + i * s.depth; };
  for (int64_t i = 0; i < s.heads * s.queries; ++i) {
    std::vector<double> sum(static_cast<size_t>(s.depth), 0);
    double total = 0;
    for (int64_t j = i / s.queries * s.keys, n = 0; n < s.keys; ++j, ++n) {
      double score = 0;
      for (int64_t c = 0; c < s.depth; ++c) score += static_cast<double>(row(q, i)[c]) * row(k, j)[c];
      total += std::exp(score);
      for (int64_t c = 0; c < s.depth; ++c) sum[static_cast<size_t>(c)] += std::exp(score) * row(v, j)[c];
    }
    for (int64_t c = 0; c < s.depth; ++c) {
      const double expected = sum[static_cast<size_t>(c)] / total;
      EXPECT_NEAR(row(y, i)[c], expected, kBound * (1 + std::abs(expected))) << i << " " << c;
    }
  }
}

TEST(AttentionFusion, TheOperatorWithSharedHeadsAndCausalMask) {
  Maker m;
  const ValueId q = m.input("q", DType::f32, {1, 4, 20, 8});
  const ValueId k = m.input("k", DType::f32, {1, 2, 20, 8});
  const ValueId v = m.input("v", DType::f32, {1, 2, 20, 8});
  m.graph.outputs = {m.op("y", "Attention", {q, k, v}, {{"is_causal", int64_t{1}}})};
  const std::vector<NamedTensor> inputs = {{"q", floats({1, 4, 20, 8}, ramp(640, 0.2F))},
                                           {"k", floats({1, 2, 20, 8}, ramp(320, 0.1F))},
                                           {"v", floats({1, 2, 20, 8}, ramp(320, 0.3F))}};
  expect_same(m.graph, inputs, kBound);
  EXPECT_EQ(families(m.graph, inputs), (std::vector<std::string>{"binary", "attention"}));  // the scale of q
}

TEST(AttentionFusion, ProbabilitiesThatAreAskedForStay) {
  Sketch s;
  const ValueId p = s.softmax(s.scores(s.q));
  s.mix(p);
  s.m.graph.outputs.push_back(p);
  expect_same(s.m.graph, s.inputs(), kBound);
  EXPECT_EQ(families(s.m.graph, s.inputs()), (std::vector<std::string>{"matmul", "softmax", "matmul"}));
}

TEST(AttentionFusion, AMaskThatIsScaledWithTheScoresStays) {
  Sketch s;
  const ValueId masked = s.m.op("masked", "Add", {s.scores(s.q), s.m.constant("mask", {7}, ramp(7, 0.2F))});
  s.mix(s.softmax(s.m.op("scaled", "Mul", {masked, scalar(s.m, "root", 0.5F)})));
  expect_same(s.m.graph, s.inputs(), kBound);
  EXPECT_EQ(families(s.m.graph, s.inputs()), (std::vector<std::string>{"matmul", "softmax", "matmul"}));
}

}  // namespace
}  // namespace walle::passes
