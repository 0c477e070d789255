#include "libwalle/search/search.h"

#include <gtest/gtest.h>

#include "libwalle/session/environment.h"

namespace walle::search {
namespace {

Problem relu(int64_t elements) {
  Problem problem;
  problem.attributes = UnaryAttributes{.op = UnaryOp::relu};
  Operand x{.dtype = DType::f32, .dims = {elements}, .strides = {1}};
  problem.operands = {x};
  problem.results = {x};
  return problem;
}

TEST(Search, KeepsLosersByCost) {
  Search search(session::environment().contenders(), "");
  const auto choice = search.choose(relu(1000));
  ASSERT_TRUE(choice) << choice.error().message;
  double cost = (*choice)->winner.cost_us;
  EXPECT_FALSE((*choice)->losers.empty());
  for (const Offer& loser : (*choice)->losers) {
    EXPECT_GE(loser.cost_us, cost);
    cost = loser.cost_us;
  }
}

TEST(Search, EqualProblemsShareOneResult) {
  Search search(session::environment().contenders(), "");
  EXPECT_EQ(*search.choose(relu(64)), *search.choose(relu(64)));
  EXPECT_NE(*search.choose(relu(64)), *search.choose(relu(65)));
}

TEST(Search, PrefersTheBackendThatIsAskedFor) {
  Search search(session::environment().contenders(), "ref");
  const auto choice = search.choose(relu(64));
  ASSERT_TRUE(choice);
  EXPECT_EQ(search.contenders()[(*choice)->winner.contender].name, "ref");
}

TEST(Search, SaysWhyNobodyTakesAProblem) {
  Search search(session::environment().contenders(), "");
  Problem problem = relu(8);
  problem.operands.clear();
  problem.attributes = BinaryAttributes{.op = BinaryOp::add};
  Operand wrong{.dtype = DType::i4, .dims = {8}, .strides = {1}};
  problem.operands = {wrong, wrong};
  problem.results = {wrong};
  const auto choice = search.choose(problem);
  ASSERT_FALSE(choice);
  EXPECT_EQ(choice.error().code, ErrorCode::unsupported);
  EXPECT_NE(choice.error().message.find("binary"), std::string::npos) << choice.error().message;
}

TEST(Search, MoreWorkIsPredictedToTakeLonger) {
  Search search(session::environment().contenders(), "");
  EXPECT_LT((*search.choose(relu(1000)))->winner.cost_us, (*search.choose(relu(10'000'000)))->winner.cost_us);
}

}  // namespace
}  // namespace walle::search
