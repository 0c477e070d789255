// .walle files of a hostile author: well-formed as bytes, with hashes that are right, and wrong in what they say.
#include <gtest/gtest.h>

#include "libwalle/model/format.h"

namespace walle::model {
namespace {

const graph::OpDef kProbe = {.name = "Probe",
                             .op_class = graph::OpClass::atomic,
                             .operands = {1, 2},
                             .results = {1, 1},
                             .attributes = "axis:int=0"};
const graph::OpDef* const kDefs[] = {&kProbe};
const graph::OpTable& table() {
  static const graph::OpTable kTable{kDefs};
  return kTable;
}

graph::Graph small_graph() {
  graph::Graph g;
  const auto x = g.add_value({.name = "x", .dtype = DType::f32, .shape = graph::Shape{graph::Dim(3)}});
  const auto y = g.add_value({.name = "y"});
  g.inputs = {x};
  g.outputs = {y};
  g.nodes.push_back({.name = "probe", .op = &kProbe, .operands = {x}, .results = {y}});
  return g;
}

/// Writes the graph unverified and reads it back; the error, or "".
std::string read_back(const graph::Graph& g) {
  const auto bytes = write_model(g);
  if (!bytes) return bytes.error().message;
  const std::vector<int64_t> dims = {static_cast<int64_t>(bytes->size())};
  auto file = std::make_shared<engine::Tensor>(*engine::Tensor::of<uint8_t>(dims, *bytes));
  const auto back = read_model(file->values<uint8_t>(), file, table());
  return back ? "" : back.error().message;
}

struct Wrong {
  const char* name;
  void (*make)(graph::Graph&);
  const char* says;
};

const Wrong kWrong[] = {
    {"an operand outside the graph", [](graph::Graph& g) { g.nodes[0].operands = {1 << 30}; }, "'probe' (Probe)"},
    {"a negative operand", [](graph::Graph& g) { g.nodes[0].operands = {-7}; }, "'probe' (Probe)"},
    {"a result outside the graph", [](graph::Graph& g) { g.nodes[0].results = {99}; }, "'probe'"},
    {"a cycle", [](graph::Graph& g) { g.nodes[0].operands = {1}; }, "'y' before it is made"},
    {"an input made by a node", [](graph::Graph& g) { g.nodes[0].results = {0}; }, "made twice"},
    {"too many operands",
     [](graph::Graph& g) {
       g.nodes[0].operands = {0, 0, 0};
     },
     "has 3 operands"},
    {"no results", [](graph::Graph& g) { g.nodes[0].results = {}; }, "has 0 results"},
    {"an output outside the graph", [](graph::Graph& g) { g.outputs = {17}; }, "never made"},
    {"an input given twice",
     [](graph::Graph& g) {
       g.inputs = {0, 0};
     },
     "made twice"},
    {"an attribute of another type", [](graph::Graph& g) { g.nodes[0].attributes["axis"] = 1.0F; }, "attribute 'axis'"},
    {"an attribute nobody knows", [](graph::Graph& g) { g.nodes[0].attributes["axes"] = int64_t{1}; },
     "attribute 'axes'"},
    {"blocks nested too deeply",
     [](graph::Graph& g) {
       for (int i = 0; i < 200; ++i) {
         graph::Graph outer = small_graph();
         outer.nodes[0].blocks.push_back(std::make_unique<graph::Graph>(std::move(g)));
         g = std::move(outer);
       }
     },
     "nested deeper"},
    {"a dimension of an unknown symbol",
     [](graph::Graph& g) { g.values[0].shape = graph::Shape{graph::Dim::symbol(5)}; }, "unknown symbol"},
};

class HostileFile : public ::testing::TestWithParam<Wrong> {};

TEST_P(HostileFile, IsRefusedWithItsCause) {
  graph::Graph g = small_graph();
  GetParam().make(g);
  const std::string message = read_back(g);
  EXPECT_NE(message.find(GetParam().says), std::string::npos) << GetParam().name << ": '" << message << "'";
}

INSTANTIATE_TEST_SUITE_P(Table, HostileFile, ::testing::ValuesIn(kWrong));

TEST(HostileFiles, TheGraphTheyAreMadeFromIsFine) { EXPECT_EQ(read_back(small_graph()), ""); }

}  // namespace
}  // namespace walle::model
