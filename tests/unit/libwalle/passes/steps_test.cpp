#include "tests/unit/libwalle/passes/fused.h"

namespace walle::passes {
namespace {

// The bound of joining the steps of a cell: see expect_same.
constexpr float kBound = 1e-5F;
constexpr int64_t kSteps = 6, kBatch = 2, kInput = 5, kHidden = 4;

/// A cell as PyTorch's exporter spells it: gates of the input and of the state, each a Gemm with its bias.
struct Cell {
  Maker m;
  int64_t gates;
  ValueId x = m.input("x", DType::f32, {kSteps, kBatch, kInput});
  ValueId w = m.constant("w", {gates * kHidden, kInput}, ramp(gates* kHidden* kInput, 0.02F));
  ValueId r = m.constant("r", {gates * kHidden, kHidden}, ramp(gates* kHidden* kHidden, 0.03F));
  ValueId w_bias = m.constant("wb", {gates * kHidden}, ramp(gates* kHidden, 0.01F));
  ValueId r_bias = m.constant("rb", {gates * kHidden}, ramp(gates* kHidden, 0.02F));
  ValueId start = m.input("start", DType::f32, {kBatch, kHidden});

  explicit Cell(int64_t count) : gates(count) {}

  ValueId gemm(const std::string& name, ValueId a, ValueId b, ValueId bias) {
    return m.op(name, "Gemm", {a, b, bias}, {{"transB", int64_t{1}}});
  }
  ValueId input_gates(const std::string& t, int64_t step) {
    const ValueId row = m.op("row" + t, "Gather",
                             {x, m.graph.add_constant("at" + t, *Tensor::of<int64_t>({}, std::vector<int64_t>{step}))});
    return gemm("wx" + t, row, w, w_bias);
  }
  ValueId gate(const std::string& name, ValueId all, int64_t index) {
    return m.op(name, "Slice",
                {all, m.ints(name + "b", {index * kHidden}), m.ints(name + "e", {(index + 1) * kHidden}),
                 m.ints(name + "a", {1})});
  }
  [[nodiscard]] static std::vector<NamedTensor> inputs() {
    return {{"x", floats({kSteps, kBatch, kInput}, ramp(kSteps * kBatch * kInput, 0.1F))},
            {"start", floats({kBatch, kHidden}, ramp(kBatch * kHidden, 0.05F))}};
  }
};

Graph lstm() {
  Cell cell(4);
  Maker& m = cell.m;
  ValueId h = cell.start;
  ValueId c = cell.start;
  for (int64_t step = 0; step < kSteps; ++step) {
    const std::string t = std::to_string(step);
    const ValueId all =
        m.op("all" + t, "Add", {cell.input_gates(t, step), cell.gemm("rh" + t, h, cell.r, cell.r_bias)});
    const ValueId i = m.op("i" + t, "Sigmoid", {cell.gate("si" + t, all, 0)});
    const ValueId f = m.op("f" + t, "Sigmoid", {cell.gate("sf" + t, all, 1)});
    const ValueId g = m.op("g" + t, "Tanh", {cell.gate("sg" + t, all, 2)});
    const ValueId o = m.op("o" + t, "Sigmoid", {cell.gate("so" + t, all, 3)});
    c = m.op("c" + t, "Add", {m.op("fc" + t, "Mul", {f, c}), m.op("ig" + t, "Mul", {i, g})});
    h = m.op("h" + t, "Mul", {o, m.op("tc" + t, "Tanh", {c})});
  }
  m.graph.outputs = {h};
  return std::move(m.graph);
}

Graph gru() {
  Cell cell(3);
  Maker& m = cell.m;
  ValueId h = cell.start;
  for (int64_t step = 0; step < kSteps; ++step) {
    const std::string t = std::to_string(step);
    const ValueId wx = cell.input_gates(t, step);
    const ValueId rh = cell.gemm("rh" + t, h, cell.r, cell.r_bias);
    const auto both = [&](const std::string& name, int64_t index) {
      return m.op(name, "Add", {cell.gate(name + "x", wx, index), cell.gate(name + "h", rh, index)});
    };
    const ValueId reset = m.op("r" + t, "Sigmoid", {both("sr" + t, 0)});
    const ValueId update = m.op("z" + t, "Sigmoid", {both("sz" + t, 1)});
    const ValueId held = m.op("held" + t, "Mul", {reset, cell.gate("nh" + t, rh, 2)});
    const ValueId fresh = m.op("n" + t, "Tanh", {m.op("sn" + t, "Add", {cell.gate("nx" + t, wx, 2), held})});
    const ValueId kept = m.op("kept" + t, "Mul", {update, m.op("d" + t, "Sub", {h, fresh})});
    h = m.op("h" + t, "Add", {fresh, kept});
  }
  m.graph.outputs = {h};
  return std::move(m.graph);
}

int64_t products(const Graph& graph) {
  const auto steps = families(graph, Cell::inputs());
  return std::count(steps.begin(), steps.end(), "matmul");
}

TEST(StepsFusion, ALongShortTermCellUnrolledByHandHasOneInputProduct) {
  const Graph graph = lstm();
  expect_same(graph, Cell::inputs(), kBound);
  EXPECT_EQ(products(graph), 1 + kSteps);
}

TEST(StepsFusion, AGatedCellUnrolledByHandHasOneInputProduct) {
  const Graph graph = gru();
  expect_same(graph, Cell::inputs(), kBound);
  EXPECT_EQ(products(graph), 1 + kSteps);
}

TEST(StepsFusion, RowsThatAreNotEvenlySpacedStay) {
  Cell cell(4);
  std::vector<ValueId> rows;
  for (const int64_t step : {0, 1, 4}) rows.push_back(cell.input_gates(std::to_string(step), step));
  cell.m.graph.outputs = rows;
  expect_same(cell.m.graph, Cell::inputs(), kBound);
  EXPECT_EQ(products(cell.m.graph), 3);
}

}  // namespace
}  // namespace walle::passes
