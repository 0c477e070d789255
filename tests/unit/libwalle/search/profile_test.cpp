#include "libwalle/search/profile.h"

#include <gtest/gtest.h>

#include "libwalle/graph/problem.h"
#include "libwalle/search/search.h"
#include "libwalle/session/environment.h"

namespace walle::search {
namespace {

Problem relu(int64_t elements) {
  Problem problem;
  problem.attributes = UnaryAttributes{.op = UnaryOp::relu};
  problem.operands = {{.dtype = DType::f32, .dims = {elements}, .strides = {1}}};
  problem.results = problem.operands;
  return problem;
}

Profile sample() {
  Profile profile{.processor = "a processor"};
  profile.devices["cpu"] = {.name = "cpu", .operations_per_us = 5e4, .bytes_per_us = 2e4, .step_us = 0.25};
  Measurement measured{.backend = "cpu", .kernel = "conv_gemm_hwy", .us = 12.5};
  measured.params.values = {6, 32};
  profile.problems["00ff"] = {.text = "conv", .candidates = {measured}};
  return profile;
}

TEST(Profile, ReadsWhatItWrote) {
  const auto read = parse_profile(to_text(sample()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->processor, "a processor");
  EXPECT_EQ(read->devices.at("cpu").bytes_per_us, 2e4);
  const Measurement& measured = read->problems.at("00ff").candidates.at(0);
  EXPECT_EQ(measured.kernel, "conv_gemm_hwy");
  EXPECT_EQ(measured.params, sample().problems["00ff"].candidates[0].params);
  EXPECT_EQ(measured.us, 12.5);
}

TEST(Profile, RefusesWhatIsNone) {
  for (const char* text : {"", "[]", "{}", R"({"format": 2})", R"({"format": 1, "processor": 3})",
                           R"({"format": 1, "processor": "", "devices": {"cpu": 1}, "problems": {}})",
                           R"({"format": 1, "processor": "", "devices": {}, "problems": {"a": {"candidates":
                              [{"backend": "cpu", "kernel": "k", "us": -1}]}}})"}) {
    const auto read = parse_profile(text);
    ASSERT_FALSE(read) << text;
  }
}

TEST(Profile, MeasuredTimesDecideAgainstPredictions) {
  Search without(session::environment().contenders(), "");
  const Problem problem = relu(4096);
  const auto predicted = without.choose(problem);
  ASSERT_TRUE(predicted);
  ASSERT_FALSE((*predicted)->losers.empty());
  const Offer slow = (*predicted)->winner;
  const Offer fast = (*predicted)->losers.back();
  const auto measured = [&](const Offer& offer, double us) {
    return Measurement{.backend = std::string(without.contenders()[offer.contender].name),
                       .kernel = std::string(offer.candidate.kernel->name),
                       .params = offer.candidate.params,
                       .us = us};
  };
  auto profile = std::make_shared<Profile>();
  profile->problems[problem_digest(graph::problem_key(problem))] = {"", {measured(slow, 9), measured(fast, 3)}};

  Search with(session::environment().contenders(), "", profile);
  const auto choice = with.choose(problem);

  ASSERT_TRUE(choice);
  EXPECT_TRUE((*choice)->winner.measured);
  EXPECT_EQ((*choice)->winner.candidate.kernel, fast.candidate.kernel);
  EXPECT_EQ((*choice)->winner.cost_us, 3);
  EXPECT_EQ((*choice)->predicted_us, (*predicted)->predicted_us) << "passes weigh as without a profile";
  EXPECT_EQ((*with.choose(relu(4097)))->winner.candidate.kernel, slow.candidate.kernel) << "not a measured problem";
}

TEST(Profile, AMeasuredDeviceScalesPredictions) {
  auto profile = std::make_shared<Profile>();
  profile->devices["cpu"] = {.name = "cpu", .operations_per_us = 1, .bytes_per_us = 1, .step_us = 1};
  Search with(session::environment().contenders(), "cpu", profile);
  Search without(session::environment().contenders(), "cpu");
  EXPECT_GT((*with.choose(relu(1 << 20)))->winner.cost_us, 100 * (*without.choose(relu(1 << 20)))->winner.cost_us);
}

}  // namespace
}  // namespace walle::search
