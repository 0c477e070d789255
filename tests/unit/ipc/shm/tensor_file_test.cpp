#include "ipc/shm/tensor_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>

namespace walle::shm {
namespace {

TEST(TensorFile, LaysBlocksOutAlignedAndReadsThemBack) {
  const std::vector<uint8_t> a(100, 1);
  const std::vector<uint8_t> b(3, 2);
  const std::array<std::span<const uint8_t>, 2> blocks{a, b};
  std::vector<uint64_t> offsets;
  const auto fd = make_tensor_file(blocks, offsets).value();
  EXPECT_EQ(offsets, (std::vector<uint64_t>{0, 128}));
  const auto file = map_tensor_file(fd.get()).value();
  const auto second = tensor_bytes(file, 128, 3).value();
  EXPECT_TRUE(std::equal(second.begin(), second.end(), b.begin()));
  EXPECT_LT(::pwrite(fd.get(), "x", 1, 0), 0);
}

TEST(TensorFile, RefusesFilesThatCouldShrinkAndOthers) {
  const UniqueFd unsealed(::memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(unsealed.get(), 4096), 0);
  EXPECT_EQ(map_tensor_file(unsealed.get()).error().code, ErrorCode::invalid_argument);
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(map_tensor_file(null.get()));
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  EXPECT_FALSE(map_tensor_file(pipe[0]));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(TensorFile, RefusesRangesOutsideOrMisaligned) {
  const std::vector<uint8_t> a(100, 1);
  const std::array<std::span<const uint8_t>, 1> blocks{a};
  std::vector<uint64_t> offsets;
  const auto fd = make_tensor_file(blocks, offsets).value();
  const auto file = map_tensor_file(fd.get()).value();
  EXPECT_FALSE(tensor_bytes(file, 1, 4));
  EXPECT_FALSE(tensor_bytes(file, 64, 65));
  EXPECT_FALSE(tensor_bytes(file, ~0ULL - 63, 64));
  EXPECT_FALSE(tensor_bytes(file, 0, ~0ULL));
}

}  // namespace
}  // namespace walle::shm
