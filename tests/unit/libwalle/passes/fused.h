#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "libwalle/base/value.h"
#include "tests/support/engine/maker.h"

// Fusing changes a result by rounding alone: each pattern runs fused and as written.
namespace walle::passes {

using engine::NamedTensor;
using engine::Tensor;
using graph::Graph;
using graph::ValueId;
using testing::floats;
using testing::list;
using testing::Maker;
using testing::run_graph;

inline std::vector<float> ramp(int64_t count, float scale) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(scale * static_cast<float>((i * 7919) % 31 - 15));
  return values;
}

/// Steps of the plan, by kernel family.
inline std::vector<std::string> families(const Graph& graph, const std::vector<NamedTensor>& inputs) {
  const auto model = session::model_from_graph(graph.clone());
  const auto session = engine::Session::create(*model);
  const auto plan = (*session)->explain(inputs, false);
  EXPECT_TRUE(plan) << plan.error().message;
  std::vector<std::string> out;
  for (const auto& step : (*plan)["steps"]) out.push_back(step["family"].get<std::string>());
  return out;
}

/// |fused - plain| ≤ tolerance * (1 + |plain|), plain: as written, in double, by the reference kernels.
inline void expect_same(const Graph& graph, const std::vector<NamedTensor>& inputs, float tolerance) {
  const auto fused = run_graph(graph.clone(), inputs);
  const auto plain = run_graph(graph.clone(), inputs, {.backend = "ref", .fuse = false, .merge_rasters = false});
  ASSERT_TRUE(fused) << fused.error().message;
  ASSERT_TRUE(plain) << plain.error().message;
  ASSERT_EQ((*fused)[0].dims(), (*plain)[0].dims());
  const auto a = list((*fused)[0]);
  const auto b = list((*plain)[0]);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i]))) << i;
}

inline ValueId scalar(Maker& m, const std::string& name, float value) { return m.constant(name, {}, {value}); }

}  // namespace walle::passes
