#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <walle/engine/session.h>

#include "libwalle/autodiff/autodiff.h"
#include "libwalle/passes/pass.h"
#include "libwalle/session/environment.h"
#include "libwalle/session/model.h"

namespace walle::testing {

using Dims = std::vector<int64_t>;

/// Checks gradients against central differences in float64 on the reference backend:
/// (f(x + h) - f(x - h)) / 2h for every element of every input, with f = Σ y · fixed random weights.
class GradientTest : public ::testing::Test {
 protected:
  GradientTest() : builder_(graph_, session::operators(), "test") {}

  /// An input of random values in [low, high).
  graph::ValueId input(const Dims& dims, double low = -1, double high = 1) {
    const graph::ValueId id = add_input(dims);
    values_.push_back(random(dims, low, high));
    return id;
  }
  /// An input with these values.
  graph::ValueId input_of(const Dims& dims, const std::vector<double>& values) {
    const graph::ValueId id = add_input(dims);
    values_.push_back(*engine::Tensor::of<double>(dims, values));
    return id;
  }
  graph::ValueId ints(const Dims& values) { return builder_.ints(values); }
  graph::ValueId indices(const Dims& dims, const Dims& values) {
    return builder_.constant(*engine::Tensor::of<int64_t>(dims, values));
  }
  graph::ValueId number(double value) { return builder_.scalar(DType::f64, value); }

  std::vector<graph::ValueId> many(std::string_view op, std::vector<graph::ValueId> operands,
                                   graph::Attributes attributes, size_t results) {
    auto made = builder_.op(op, std::move(operands), std::move(attributes), results);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? *made : std::vector<graph::ValueId>(results, graph::kNoValue);
  }
  graph::ValueId op(std::string_view name, std::vector<graph::ValueId> operands, graph::Attributes attributes = {}) {
    return many(name, std::move(operands), std::move(attributes), 1)[0];
  }
  graph::ValueId raster(std::vector<graph::ValueId> operands, const Dims& dims, std::vector<Region> regions) {
    const auto made = builder_.raster(std::move(operands), DType::f64, dims, std::move(regions));
    EXPECT_TRUE(made);
    return made ? *made : graph::kNoValue;
  }

  /// The gradients of all inputs. An input that y does not depend on has none: an undefined tensor.
  Result<std::vector<engine::Tensor>> gradients(graph::ValueId y) {
    const graph::ValueId loss = loss_of(y);
    graph::Graph graph = graph_.clone();
    graph.outputs = {loss};
    passes::PassContext context;
    context.ops = &session::operators();
    context.reference = session::environment().reference();
    WALLE_TRY(passes::run(passes::lowering_passes(), graph, context));
    const auto found = WALLE_TRY(autodiff::gradients(graph, session::operators(), graph.outputs[0], graph.inputs));
    graph.outputs.clear();
    for (const graph::ValueId id : found) {
      if (id != graph::kNoValue) graph.outputs.push_back(id);
    }
    const auto made = WALLE_TRY(run(graph));
    std::vector<engine::Tensor> all;
    size_t next = 0;
    for (const graph::ValueId id : found) all.push_back(id == graph::kNoValue ? engine::Tensor() : made[next++]);
    return all;
  }

  /// Expects all gradients to agree with the differences.
  void check(graph::ValueId y, double tolerance = 1e-7) {
    const auto exact = gradients(y);
    ASSERT_TRUE(exact) << exact.error().message;
    graph::Graph forward = graph_.clone();
    forward.outputs = {loss_of(y)};
    const auto model = session::model_from_graph(std::move(forward));
    ASSERT_TRUE(model) << model.error().message;
    const auto session = engine::Session::create(*model, {.backend = "ref"});
    ASSERT_TRUE(session) << session.error().message;
    for (size_t i = 0; i < values_.size(); ++i) {
      for (int64_t e = 0; e < values_[i].count(); ++e) {
        const double expected = difference(**session, i, static_cast<size_t>(e));
        const double given = (*exact)[i].defined() ? (*exact)[i].values<double>()[static_cast<size_t>(e)] : 0;
        ASSERT_NEAR(given, expected, tolerance * std::max(1.0, std::fabs(expected)))
            << "input " << i << ", element " << e;
      }
    }
  }

  graph::Graph graph_;
  graph::GraphBuilder builder_;
  std::vector<engine::Tensor> values_;

 private:
  graph::ValueId add_input(const Dims& dims) {
    const graph::ValueId id = graph_.add_value(
        {.name = "x" + std::to_string(values_.size()), .dtype = DType::f64, .shape = graph::to_shape(dims)});
    graph_.inputs.push_back(id);
    return id;
  }
  engine::Tensor random(const Dims& dims, double low, double high) {
    engine::Tensor tensor = *engine::Tensor::empty(DType::f64, dims);
    std::uniform_real_distribution<double> uniform(low, high);
    for (double& v : tensor.mutable_values<double>()) v = uniform(generator_);
    return tensor;
  }
  graph::ValueId loss_of(graph::ValueId y) {
    if (loss_ != graph::kNoValue) return loss_;
    const auto dims = builder_.dims(y);
    EXPECT_TRUE(dims);
    const graph::ValueId weights = builder_.constant(random(dims ? *dims : Dims{}, 0.5, 1.5));
    loss_ = op("ReduceSum", {op("Mul", {y, weights})}, {{"keepdims", int64_t{0}}});
    return loss_;
  }
  Result<std::vector<engine::Tensor>> run(const graph::Graph& graph) {
    const auto model = WALLE_TRY(session::model_from_graph(graph.clone()));
    const auto session = WALLE_TRY(engine::Session::create(model, {.backend = "ref"}));
    return session->run(named());
  }
  std::vector<engine::NamedTensor> named() const {
    std::vector<engine::NamedTensor> inputs;
    for (size_t i = 0; i < values_.size(); ++i) inputs.push_back({graph_.value(graph_.inputs[i]).name, values_[i]});
    return inputs;
  }
  double difference(engine::Session& session, size_t input, size_t element) {
    constexpr double kStep = 1e-5;
    double& x = values_[input].mutable_values<double>()[element];
    const double middle = x;
    const auto at = [&](double value) {
      x = value;
      const auto made = session.run(named());
      EXPECT_TRUE(made) << (made ? "" : made.error().message);
      return made ? (*made)[0].values<double>()[0] : NAN;
    };
    const double above = at(middle + kStep);
    const double below = at(middle - kStep);
    x = middle;
    return (above - below) / (2 * kStep);
  }

  std::mt19937_64 generator_{20221128};
  graph::ValueId loss_ = graph::kNoValue;
};

}  // namespace walle::testing
