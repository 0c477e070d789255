#include "tools/walle-model/files/npz.h"

#include <gtest/gtest.h>

#include "libwalle/base/file.h"
#include "tests/support/reference.h"
#include "tests/support/temporary_folder.h"

namespace walle::workbench {
namespace {

/// Archives as NumPy writes them: stored, and compressed.
class Npz : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string script = folder_ / "write.py";
    ASSERT_TRUE(
        write_file_atomically(script,
                              "import numpy as np, sys\n"
                              "arrays = dict(x=np.arange(600, dtype=np.float32).reshape(2, 300), y=np.array([3, -1]))\n"
                              "getattr(np, sys.argv[1])(sys.argv[2], **arrays)\n"));
    if (!testing::run_reference(script + " " + GetParam() + " " + path()))
      GTEST_SKIP() << "NumPy is not installed (tools/setup/reference.sh)";
  }
  [[nodiscard]] std::string path() const { return folder_ / "a.npz"; }
  support::TemporaryFolder folder_;
};

TEST_P(Npz, HoldsTheArraysByName) {
  const auto arrays = read_npz(path());
  ASSERT_TRUE(arrays) << arrays.error().message;
  ASSERT_EQ(arrays->size(), 2);
  EXPECT_EQ(arrays->at("x").dims(), (std::vector<int64_t>{2, 300}));
  EXPECT_EQ(arrays->at("x").values<float>()[599], 599);
  EXPECT_EQ(arrays->at("y").values<int64_t>()[1], -1);
}

TEST_P(Npz, DamageIsAnErrorThatNamesTheFile) {
  const auto whole = *read_file(path());
  const std::string part = folder_ / "part.npz";
  for (size_t n = 0; n < whole.size(); n += 61) {
    ASSERT_TRUE(write_file_atomically(part, std::span(whole).first(n)));
    const auto cut = read_npz(part);
    ASSERT_FALSE(cut) << n;
    EXPECT_NE(cut.error().message.find("part.npz"), std::string::npos);
    auto changed = whole;
    changed[n] ^= 0x5a;
    ASSERT_TRUE(write_file_atomically(part, changed));
    (void)read_npz(part);  // refused, or a byte that nobody reads
  }
}

INSTANTIATE_TEST_SUITE_P(Numpy, Npz, ::testing::Values("savez", "savez_compressed"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace walle::workbench
