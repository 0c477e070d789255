#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using testing::Dims;

struct Case {
  std::string name;
  Dims a, b;
};
class MatMul : public testing::GradientTest, public ::testing::WithParamInterface<Case> {};

TEST_P(MatMul, AgreesWithDifferences) {
  const auto a = input(GetParam().a);
  check(op("MatMul", {a, input(GetParam().b)}));
}

const Case kCases[] = {
    {"Matrices", {2, 3}, {3, 4}},        {"Batches", {2, 2, 3}, {2, 3, 2}},
    {"SharedWeight", {2, 2, 3}, {3, 4}}, {"BroadcastBatches", {2, 1, 2, 3}, {1, 3, 3, 2}},
    {"SharedLeft", {2, 3}, {4, 3, 2}},   {"VectorRight", {2, 3}, {3}},
    {"VectorLeft", {3}, {2, 3, 2}},      {"Vectors", {4}, {4}},
};
INSTANTIATE_TEST_SUITE_P(Shapes, MatMul, ::testing::ValuesIn(kCases), [](const auto& info) { return info.param.name; });

using MatMulRule = testing::GradientTest;

TEST_F(MatMulRule, GemmWithTransposesAndBias) {
  const auto a = input({3, 2});
  const auto b = input({4, 3});
  const auto c = input({4});
  check(op("Gemm", {a, b, c}, {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"alpha", 0.5F}, {"beta", 2.0F}}));
}

TEST_F(MatMulRule, Einsum) {
  const auto a = input({2, 3, 4});
  check(op("Einsum", {a, input({2, 4, 5})}, {{"equation", std::string("bij,bjk->bki")}}));
}

}  // namespace
}  // namespace walle::autodiff
