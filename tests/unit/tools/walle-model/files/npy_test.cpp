#include "tools/walle-model/files/npy.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "libwalle/base/file.h"

namespace walle::workbench {
namespace {

class Npy : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ + "/x.npy"; }
  std::string folder_ = "/tmp/walle-npy.XXXXXX";
};

TEST_F(Npy, TensorsComeBackAsTheyWereWritten) {
  const auto tensor =
      *engine::Tensor::of<int64_t>(std::vector<int64_t>{2, 1, 2}, std::vector<int64_t>{1, -2, 3, INT64_MAX});
  ASSERT_TRUE(write_npy(path(), tensor).has_value());
  const auto back = read_npy(path());
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(back->dims(), tensor.dims());
  EXPECT_EQ(back->values<int64_t>()[3], INT64_MAX);
}

TEST_F(Npy, ScalarsAndEmptyTensorsHaveFiles) {
  ASSERT_TRUE(write_npy(path(), engine::Tensor::scalar(2.5F)).has_value());
  EXPECT_TRUE(read_npy(path())->dims().empty());
  ASSERT_TRUE(write_npy(path(), *engine::Tensor::zeros(DType::f32, std::vector<int64_t>{0, 3})).has_value());
  EXPECT_EQ(read_npy(path())->count(), 0);
}

TEST_F(Npy, EveryTruncationIsRefusedWithThePath) {
  ASSERT_TRUE(write_npy(path(), *engine::Tensor::zeros(DType::f32, std::vector<int64_t>{4})).has_value());
  const auto whole = *read_file(path());
  for (size_t n = 0; n < whole.size(); n += 3) {
    ASSERT_TRUE(write_file_atomically(path(), std::span(whole).first(n)).has_value());
    const auto refused = read_npy(path());
    ASSERT_FALSE(refused.has_value()) << n;
    EXPECT_NE(refused.error().message.find("x.npy"), std::string::npos);
  }
}

TEST_F(Npy, AbsurdShapesAreRefused) {
  ASSERT_TRUE(write_npy(path(), *engine::Tensor::zeros(DType::f32, std::vector<int64_t>{4})).has_value());
  auto bytes = *read_file(path());
  std::string text(bytes.begin(), bytes.end());
  text.replace(text.find("(4,)"), 4, "(9,)");
  ASSERT_TRUE(write_file_atomically(path(), text).has_value());
  EXPECT_FALSE(read_npy(path()).has_value());
}

}  // namespace
}  // namespace walle::workbench
