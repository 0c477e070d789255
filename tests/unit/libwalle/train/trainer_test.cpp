#include <walle/engine/train.h>

#include <cmath>
#include <random>

#include "tests/support/engine/maker.h"

namespace walle::engine {
namespace {

using testing::floats;
using testing::list;
using testing::Maker;

/// y = x w + b with w [2,1], b [1].
std::shared_ptr<const Model> linear(std::vector<float> w = {0.5F, -1}, float b = 0.25F) {
  Maker m;
  const auto x = m.input("x", DType::f32, {graph::Dim::symbol(0), 2});
  m.graph.symbols = {"n"};
  const auto product = m.op("product", "MatMul", {x, m.constant("w", {2, 1}, std::move(w))});
  m.graph.outputs = {m.op("y", "Add", {product, m.constant("b", {1}, {b})})};
  return *session::model_from_graph(std::move(m.graph));
}

/// Three classes from two numbers; `normalised`: with a softmax at the end.
std::shared_ptr<const Model> classifier(bool normalised) {
  Maker m;
  const auto x = m.input("x", DType::f32, {graph::Dim::symbol(0), 2});
  m.graph.symbols = {"n"};
  auto y = m.op("scores", "Gemm", {x, m.constant("w", {2, 3}, {0.1F, 0.2F, -0.1F, 0.3F, -0.2F, 0})});
  if (normalised) y = m.op("shares", "Softmax", {y});
  m.graph.outputs = {y};
  return *session::model_from_graph(std::move(m.graph));
}

Dataset data(std::vector<float> x, Tensor labels) {
  const auto rows = static_cast<int64_t>(x.size() / 2);
  return {.inputs = {{"x", floats({rows, 2}, std::move(x))}}, .labels = std::move(labels)};
}

Tensor classes(std::vector<int64_t> values) {
  const std::vector<int64_t> dims = {static_cast<int64_t>(values.size())};
  return *Tensor::of<int64_t>(dims, values);
}

/// Samples of y = 3 x0 - 2 x1 + 1.
Dataset plane(size_t count) {
  std::mt19937 generator(7);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> x;
  std::vector<float> y;
  for (size_t i = 0; i < count; ++i) {
    x.push_back(uniform(generator));
    x.push_back(uniform(generator));
    y.push_back(3 * x[2 * i] - 2 * x[2 * i + 1] + 1);
  }
  return data(std::move(x), floats({static_cast<int64_t>(count), 1}, std::move(y)));
}

std::vector<float> value(const Trainer& trainer, const std::string& name) {
  for (const Parameter& parameter : trainer.parameters()) {
    if (parameter.name == name) return list(parameter.value);
  }
  return {};
}

std::unique_ptr<Trainer> trainer_of(std::shared_ptr<const Model> model, const TrainOptions& options) {
  auto made = Trainer::create(std::move(model), options);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? *std::move(made) : nullptr;
}

TEST(Trainer, SgdStepIsTheFormula) {
  const auto trainer = trainer_of(
      linear(), {.loss = "mse", .optimizer = "sgd", .learning_rate = 0.1, .momentum = 0.5, .weight_decay = 0.2});
  const Dataset sample = data({1, 2}, floats({1, 1}, {1}));
  // error e = 0.5 - 2 + 0.25 - 1 = -2.25, gradients 2 e x = (-4.5, -9), 2 e = -4.5
  const auto score = trainer->step(sample);
  ASSERT_TRUE(score) << score.error().message;
  EXPECT_FLOAT_EQ(static_cast<float>(score->loss), 2.25F * 2.25F);
  EXPECT_TRUE(std::isnan(score->accuracy));
  const std::vector<float> w = value(*trainer, "w");
  EXPECT_FLOAT_EQ(w[0], 0.5F - 0.1F * (-4.5F + 0.2F * 0.5F));
  EXPECT_FLOAT_EQ(w[1], -1 - 0.1F * (-9 + 0.2F * -1));
  // second step: the velocity keeps half of the first gradient
  const float b = value(*trainer, "b")[0];
  const float e = w[0] + 2 * w[1] + b - 1;
  ASSERT_TRUE(trainer->step(sample));
  EXPECT_NEAR(value(*trainer, "b")[0], b - 0.1F * (0.5F * -4.5F + 2 * e + 0.2F * b), 1e-5);
}

TEST(Trainer, FirstAdamStepHasTheLearningRatesLength) {
  const auto trainer = trainer_of(linear(), {.loss = "mse", .optimizer = "adam", .learning_rate = 0.01});
  ASSERT_TRUE(trainer->step(data({1, 2}, floats({1, 1}, {1}))));
  EXPECT_NEAR(value(*trainer, "w")[0], 0.5 + 0.01, 1e-6);
  EXPECT_NEAR(value(*trainer, "w")[1], -1 + 0.01, 1e-6);
  EXPECT_NEAR(value(*trainer, "b")[0], 0.25 + 0.01, 1e-6);
}

TEST(Trainer, FindsAPlaneWithEachOptimizer) {
  for (const std::string_view name : optimizers()) {
    const auto trainer =
        trainer_of(linear(), {.loss = "mse", .optimizer = std::string(name), .learning_rate = 0.05, .batch = 7});
    const Dataset samples = plane(50);  // 7 batches of 7, and one sample
    for (int epoch = 0; epoch < 150; ++epoch) ASSERT_TRUE(trainer->epoch(samples));
    EXPECT_NEAR(value(*trainer, "w")[0], 3, 1e-2) << name;
    EXPECT_NEAR(value(*trainer, "w")[1], -2, 1e-2) << name;
    EXPECT_NEAR(value(*trainer, "b")[0], 1, 1e-2) << name;
  }
}

TEST(Trainer, TrainsOnlyWhatIsAskedFor) {
  const auto trainer = trainer_of(linear(), {.loss = "mse", .trainable = "^b$"});
  ASSERT_EQ(trainer->parameters().size(), 1);
  ASSERT_TRUE(trainer->epoch(plane(20)));
  const auto saved = trainer->save();
  ASSERT_TRUE(saved) << saved.error().message;
  const auto model = Model::from_bytes(*saved);
  ASSERT_TRUE(model) << model.error().message;
  const auto session = Session::create(*model);
  const auto out = (*session)->run(std::vector<NamedTensor>{{"x", floats({1, 2}, {1, 0})}});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_NEAR(list((*out)[0])[0], 0.5F + value(*trainer, "b")[0], 1e-6) << "w is as it was";
  EXPECT_NE(value(*trainer, "b")[0], 0.25F);
}

TEST(Trainer, IsDeterministic) {
  std::vector<float> first;
  for (int turn = 0; turn < 2; ++turn) {
    const auto trainer = trainer_of(linear(), {.loss = "mse", .batch = 4, .seed = 5});
    for (int epoch = 0; epoch < 3; ++epoch) ASSERT_TRUE(trainer->epoch(plane(30)));
    if (turn == 0) first = value(*trainer, "w");
    EXPECT_EQ(value(*trainer, "w"), first);
  }
}

TEST(Trainer, SnapshotsStayAsTheyWere) {
  const auto trainer = trainer_of(linear(), {.loss = "mse"});
  const std::vector<Parameter> before = trainer->parameters();
  ASSERT_TRUE(trainer->epoch(plane(20)));
  EXPECT_EQ(list(before[0].value), (std::vector<float>{0.5F, -1}));
  ASSERT_TRUE(trainer->restore(before));
  EXPECT_EQ(value(*trainer, "w"), (std::vector<float>{0.5F, -1}));
  EXPECT_FALSE(trainer->restore(std::vector<Parameter>{}));
}

TEST(Trainer, ScoresWithoutAStep) {
  const auto trainer = trainer_of(classifier(false), {});
  const Dataset samples = data({1, 0, 0, 1, 0, -1}, classes({1, 0, 0}));  // scores favour 1, 0 and 1
  const auto score = trainer->evaluate(samples);
  ASSERT_TRUE(score) << score.error().message;
  EXPECT_NEAR(score->accuracy, 2.0 / 3, 1e-12);
  EXPECT_EQ(score->samples, 3);
  EXPECT_EQ(value(*trainer, "w")[0], 0.1F);
}

TEST(Trainer, ASoftmaxAtTheEndIsPartOfTheLoss) {
  const Dataset samples = data({1, 0, 0, 1}, classes({2, 0}));
  const auto plain = trainer_of(classifier(false), {.optimizer = "sgd"});
  const auto normalised = trainer_of(classifier(true), {.optimizer = "sgd"});
  ASSERT_TRUE(plain->step(samples));
  ASSERT_TRUE(normalised->step(samples));
  EXPECT_EQ(value(*plain, "w"), value(*normalised, "w"));
}

TEST(Trainer, TakesBytesAndShortLabels) {
  const auto trainer = trainer_of(classifier(false), {});
  const std::vector<int64_t> dims = {2, 2};
  const std::vector<int64_t> few = {2};
  Dataset samples{.inputs = {{"x", *Tensor::of<uint8_t>(dims, std::vector<uint8_t>{1, 2, 3, 4})}},
                  .labels = *Tensor::of<int8_t>(few, std::vector<int8_t>{1, 2})};
  EXPECT_TRUE(trainer->epoch(samples));
}

std::string error_of(const Trainer& trainer, const Result<Score>& result) {
  (void)trainer;
  return result ? "" : result.error().message;
}

TEST(Trainer, NamesWhatIsWrongWithTheData) {
  const auto trainer = trainer_of(classifier(false), {});
  EXPECT_NE(error_of(*trainer, trainer->epoch(data({1, 0}, classes({3})))).find("label 3 is not a class"),
            std::string::npos);
  EXPECT_NE(error_of(*trainer, trainer->epoch(data({1, 0}, classes({0, 1})))).find("1 samples, but there are 2"),
            std::string::npos);
  EXPECT_NE(error_of(*trainer, trainer->epoch({.inputs = {}, .labels = classes({1})})).find("no input 'x'"),
            std::string::npos);
  EXPECT_NE(error_of(*trainer, trainer->epoch(data({1, 0}, floats({1}, {1})))).find("labels"), std::string::npos);
}

TEST(Trainer, RefusesALossThatIsNotFiniteAndKeepsTheWeights) {
  const auto trainer = trainer_of(linear(), {.loss = "mse"});
  const auto score = trainer->step(data({INFINITY, 1}, floats({1, 1}, {1})));
  ASSERT_FALSE(score);
  EXPECT_EQ(score.error().code, ErrorCode::failed_precondition);
  EXPECT_EQ(value(*trainer, "w"), (std::vector<float>{0.5F, -1}));
}

TEST(Trainer, StopsWhenProgressSaysSo) {
  const auto trainer = trainer_of(linear(), {.loss = "mse", .batch = 5});
  int batches = 0;
  const auto score = trainer->epoch(plane(20), [&batches](int64_t, int64_t) { return ++batches < 3; });
  ASSERT_FALSE(score);
  EXPECT_EQ(score.error().code, ErrorCode::cancelled);
}

TEST(Trainer, NamesUnknownThings) {
  const auto loss = Trainer::create(linear(), {.loss = "hinge"});
  ASSERT_FALSE(loss);
  EXPECT_NE(loss.error().message.find("there are cross-entropy, mse"), std::string::npos) << loss.error().message;
  const auto none = Trainer::create(linear(), {.loss = "mse", .trainable = "head"});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("there are w, b"), std::string::npos) << none.error().message;
  const auto expression = Trainer::create(linear(), {.loss = "mse", .trainable = "("});
  ASSERT_FALSE(expression);
  EXPECT_NE(expression.error().message.find("not a regular expression"), std::string::npos);
}

}  // namespace
}  // namespace walle::engine
