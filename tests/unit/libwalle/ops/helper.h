#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "libwalle/graph/op.h"
#include "libwalle/ops/table.h"

namespace walle::ops::testing {

using graph::Dim;
using graph::Shape;
using graph::ValueId;
using Ints = std::vector<int64_t>;

/// A graph to put operators into.
class OpTest : public ::testing::Test {
 protected:
  OpTest() : table(op_table()), builder(graph, table, "test") {}

  ValueId input(Shape shape, DType dtype = DType::f32) {
    const std::string name = "in" + std::to_string(graph.values.size());
    const ValueId id = graph.add_value({.name = name, .dtype = dtype, .shape = std::move(shape)});
    graph.inputs.push_back(id);
    return id;
  }
  Dim symbol(const std::string& name) { return graph.fresh_symbol(name); }
  ValueId ints(const Ints& values) { return builder.ints(values); }

  /// The shape of the one result of an operator.
  Shape shape(std::string_view op, std::vector<ValueId> operands, graph::Attributes attributes = {}) {
    const auto made = builder.one(op, std::move(operands), std::move(attributes));
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
    return made && graph.value(*made).shape ? *graph.value(*made).shape : Shape{Dim(-1)};
  }
  std::string error(std::string_view op, std::vector<ValueId> operands, graph::Attributes attributes = {}) {
    const auto made = builder.one(op, std::move(operands), std::move(attributes));
    return made ? "" : made.error().message;
  }

  graph::Graph graph;
  graph::OpTable table;
  graph::GraphBuilder builder;
};

}  // namespace walle::ops::testing
