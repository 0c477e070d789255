#include "libwalle/session/tune.h"

#include <gtest/gtest.h>

#include <walle/engine/profile.h>

#include "libwalle/base/file.h"
#include "libwalle/base/value.h"
#include "libwalle/session/environment.h"
#include "libwalle/session/model.h"
#include "tests/support/engine/maker.h"
#include "tests/support/temporary_folder.h"

namespace walle::session {
namespace {

using graph::Dim;
using graph::ValueId;
using testing::floats;
using testing::list;
using testing::Maker;

/// More than it takes, also under a sanitizer: nothing may be left unmeasured.
constexpr double kSeconds = 300;

/// Two equal products of 64×64 by a weight, then a ReLU.
graph::Graph products() {
  Maker m;
  const ValueId x = m.input("x", DType::f32, {Dim(64), Dim(64)});
  std::vector<float> weight(64 * 64);
  for (size_t i = 0; i < weight.size(); ++i) weight[i] = 0.01F * static_cast<float>(i % 23) - 0.1F;
  const ValueId w = m.constant("w", {64, 64}, weight);
  const ValueId one = m.op("one", "MatMul", {x, w});
  m.graph.outputs = {m.op("act", "Relu", {m.op("two", "MatMul", {one, w})})};
  return std::move(m.graph);
}

engine::Tensor ones() { return floats({64, 64}, std::vector<float>(64 * 64, 1)); }

struct NoProfileAfterwards {
  ~NoProfileAfterwards() { set_device_profile(nullptr); }
};

TEST(Tune, MeasuresEqualProblemsOnceAndTheDevice) {
  const auto model = model_from_graph(products());
  const std::vector<engine::NamedTensor> inputs = {{"x", ones()}};
  search::Profile profile;
  const auto report = tune(**model, inputs, {}, {.seconds = kSeconds, .most_slower = 1e9}, profile);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(profile.processor, processor());
  EXPECT_GT(profile.devices.at("cpu").operations_per_us, 0);
  EXPECT_GT(profile.devices.at("cpu").bytes_per_us, 0);
  int64_t steps = 0;
  for (const TunedProblem& one : report->problems) {
    EXPECT_LE(one.chosen_us, one.predicted_us) << one.problem;
    steps = std::max(steps, one.steps);
  }
  EXPECT_GE(report->candidates, 2 * std::ssize(report->problems));
  EXPECT_EQ(profile.problems.size(), report->problems.size());
  EXPECT_GE(steps, 1);
}

TEST(Tune, LaterSessionsChooseByTheProfileAndComputeTheSame) {
  const NoProfileAfterwards guard;
  const support::TemporaryFolder folder;
  const auto model = model_from_graph(products());
  const std::vector<engine::NamedTensor> inputs = {{"x", ones()}};
  const auto before = testing::run_graph(products(), inputs);
  search::Profile profile;
  ASSERT_TRUE(tune(**model, inputs, {}, {.seconds = kSeconds, .most_slower = 1e9}, profile));
  ASSERT_TRUE(write_file_atomically(folder / "profile.json", search::to_text(profile)));
  const auto used = engine::use_device_profile(folder / "profile.json");
  ASSERT_TRUE(used && *used);

  const auto session = engine::Session::create(*model);
  const auto plan = (*session)->explain(inputs, false);
  const auto after = (*session)->run(inputs);

  ASSERT_TRUE(plan && after && before);
  int tuned = 0;
  for (const Value& step : (*plan)["steps"]) tuned += step.value("tuned", false) ? 1 : 0;
  EXPECT_EQ(tuned, static_cast<int>((*plan)["steps"].size()));
  const auto expected = list((*before)[0]);
  const auto got = list((*after)[0]);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-4F * std::abs(expected[i]) + 1e-5F);
}

TEST(Tune, ATunedPlanStatesTheProblemsThatWereMeasured) {
  const NoProfileAfterwards guard;
  Maker m;
  const ValueId x = m.input("x", DType::f32, {Dim(1), Dim(64)});
  const ValueId w = m.constant("w", {64, 64}, std::vector<float>(64 * 64, 0.01F));
  const ValueId act = m.op("act", "Relu", {m.op("product", "MatMul", {x, w})});
  m.graph.outputs = {m.op("sum", "Add", {act, m.constant("b", {64}, std::vector<float>(64, 1))})};
  const auto model = model_from_graph(std::move(m.graph));
  const std::vector<engine::NamedTensor> inputs = {{"x", floats({1, 64}, std::vector<float>(64, 1))}};
  const auto problems = [&] {
    std::vector<std::string> out;
    const auto session = engine::Session::create(*model);
    const Value plan = *(*session)->explain(inputs, false);
    for (const Value& step : plan["steps"]) out.push_back(step["problem"]);
    return out;
  };
  const auto before = problems();
  auto profile = std::make_shared<search::Profile>();
  ASSERT_TRUE(tune(**model, inputs, {}, {.seconds = kSeconds, .most_slower = 1e9}, *profile));
  // Times that would make every fused step look slow beside the predictions of its parts.
  for (auto& [digest, problem] : profile->problems) {
    for (search::Measurement& one : problem.candidates) one.us = 1e6;
  }
  set_device_profile(profile);

  EXPECT_EQ(problems(), before);
}

TEST(Tune, AProfileOfAnotherProcessorIsNotUsedAndIsBegunAnew) {
  const NoProfileAfterwards guard;
  const support::TemporaryFolder folder;
  search::Profile profile{.processor = "another processor"};
  profile.problems["00"] = {"old", {}};
  ASSERT_TRUE(write_file_atomically(folder / "profile.json", search::to_text(profile)));
  const auto used = engine::use_device_profile(folder / "profile.json");
  ASSERT_TRUE(used) << used.error().message;
  EXPECT_FALSE(*used);
  EXPECT_EQ(device_profile(), nullptr);

  const auto model = model_from_graph(products());
  const std::vector<engine::NamedTensor> inputs = {{"x", ones()}};
  ASSERT_TRUE(tune(**model, inputs, {}, {.seconds = 1}, profile));

  EXPECT_EQ(profile.problems.count("00"), 0U);
}

TEST(Tune, SaysWhichFileIsNoProfileAndMissesNone) {
  const support::TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "profile.json", std::string_view("{}")));
  const auto broken = engine::use_device_profile(folder / "profile.json");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("profile.json"), std::string::npos) << broken.error().message;
  const auto missing = engine::use_device_profile(folder / "none.json");
  ASSERT_TRUE(missing);
  EXPECT_FALSE(*missing);
}

}  // namespace
}  // namespace walle::session
