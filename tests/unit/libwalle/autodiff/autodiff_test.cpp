#include "libwalle/autodiff/autodiff.h"

#include "tests/support/engine/gradient_check.h"

namespace walle::autodiff {
namespace {

using graph::ValueId;
using testing::Dims;

using Gradients = testing::GradientTest;

TEST_F(Gradients, OfASmallNetwork) {
  const ValueId x = input({2, 1, 6, 6});
  const ValueId hidden = op("Relu", {op("Conv", {x, input({2, 1, 3, 3}), input({2})}, {{"pads", Dims{1, 1, 1, 1}}})});
  const ValueId small = op("MaxPool", {hidden}, {{"kernel_shape", Dims{2, 2}}, {"strides", Dims{2, 2}}});
  const ValueId flat = op("Flatten", {small});
  const ValueId scores = op("Gemm", {flat, input({3, 18}), input({3})}, {{"transB", int64_t{1}}});
  check(op("SoftmaxCrossEntropyLoss", {scores, indices({2}, {2, 0})}), 1e-6);
}

TEST_F(Gradients, OfAttention) {
  const ValueId q = input({1, 2, 3, 4});
  const ValueId k = input({1, 2, 3, 4});
  const ValueId v = input({1, 2, 3, 4});
  const ValueId scores = op("MatMul", {q, op("Transpose", {k}, {{"perm", Dims{0, 1, 3, 2}}})});
  check(op("MatMul", {op("Softmax", {op("Mul", {scores, number(0.5)})}), v}), 1e-6);
}

TEST_F(Gradients, OfARecurrentCell) {
  const ValueId x = input({3, 1, 2});
  const ValueId w = input({1, 12, 2});
  const ValueId r = input({1, 12, 3});
  check(many("LSTM", {x, w, r, input({1, 24})}, {{"hidden_size", int64_t{3}}}, 1)[0], 1e-6);
}

TEST_F(Gradients, OfTheSquaredError) {
  const ValueId a = input({3, 2});
  const ValueId difference = op("Sub", {a, input({3, 2})});
  check(op("ReduceMean", {op("Mul", {difference, difference})}));
}

TEST_F(Gradients, LeaveOutWhatTheLossDoesNotDependOn) {
  const ValueId used = input({2});
  input({3});
  const auto made = gradients(op("Neg", {used}));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE((*made)[0].defined());
  EXPECT_FALSE((*made)[1].defined());
}

TEST_F(Gradients, NameNodeAndFamilyWithoutARule) {
  const ValueId x = input({4});
  const ValueId narrow = op("Cast", {x}, {{"to", int64_t{1}}});
  const ValueId scale = builder_.scalar(DType::f32, 0.5);
  const ValueId levels = op("QuantizeLinear", {narrow, scale, builder_.scalar(DType::u8, 128)});
  const ValueId back =
      op("DequantizeLinear", {levels, op("Add", {scale, op("ReduceSum", {narrow}, {{"keepdims", int64_t{0}}})})});
  const auto made = gradients(op("Cast", {back}, {{"to", int64_t{11}}}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
  EXPECT_NE(made.error().message.find("test/DequantizeLinear"), std::string::npos) << made.error().message;
  EXPECT_NE(made.error().message.find("'dequantize' has no gradient"), std::string::npos) << made.error().message;
}

TEST_F(Gradients, RefuseALossThatIsNotOneNumber) {
  const ValueId x = input({2});
  const auto made = autodiff::gradients(graph_, session::operators(), x, graph_.inputs);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace walle::autodiff
