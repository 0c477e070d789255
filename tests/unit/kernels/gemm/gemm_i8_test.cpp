#include "kernels/gemm/gemm_i8.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace walle::kernels::gemm_i8 {
namespace {

int value(uint8_t byte, bool is_signed) { return is_signed ? static_cast<int8_t>(byte) : byte; }

/// Extreme values come often: pairs of 255 * -128 are what a saturating way of adding would get wrong.
std::vector<uint8_t> random_bytes(size_t count, std::mt19937& random) {
  std::vector<uint8_t> bytes(count);
  for (uint8_t& b : bytes) {
    const auto r = random();
    b = r % 3 == 0 ? static_cast<uint8_t>(r >> 8) : (r % 3 == 1 ? 255 : 128);
  }
  return bytes;
}

TEST(GemmI8, EveryImplementationOfThisProcessorIsExact) {
  std::mt19937 random(5);
  for (const Implementation& implementation : implementations()) {
    for (int vectors = 1; vectors <= 3; ++vectors) {
      for (const bool signed_rows : {true, false}) {
        const int64_t quads = 13;
        const int64_t columns = vectors * lanes();
        const auto rows = random_bytes(static_cast<size_t>(quads * kRows * 4), random);
        const auto panel = random_bytes(static_cast<size_t>(quads * columns * 4), random);
        std::vector<int32_t> sum(kRows * kMostColumns, -1);
        implementation.multiply({rows.data(), panel.data(), quads, vectors, signed_rows, sum.data()});
        for (int64_t r = 0; r < kRows; ++r) {
          for (int64_t c = 0; c < columns; ++c) {
            int32_t want = 0;
            for (int64_t q = 0; q < quads; ++q) {
              for (int64_t i = 0; i < 4; ++i)
                want += value(rows[static_cast<size_t>((q * kRows + r) * 4 + i)], signed_rows) *
                        value(panel[static_cast<size_t>((q * columns + c) * 4 + i)], !signed_rows);
            }
            ASSERT_EQ(sum[static_cast<size_t>(r * kMostColumns + c)], want)
                << implementation.name << " " << r << "," << c;
          }
        }
      }
    }
  }
}

TEST(GemmI8, ASideKeepsWhatAnOperandStandsFor) {
  for (const DType dtype : {DType::i8, DType::u8}) {
    for (const bool is_signed : {true, false}) {
      const Side side = to_side(dtype, is_signed);
      for (int b = 0; b < 256; ++b) {
        const auto byte = static_cast<uint8_t>(b);
        EXPECT_EQ(value(byte, dtype == DType::i8) + side.shift, value(byte ^ side.flip, is_signed));
      }
    }
  }
}

}  // namespace
}  // namespace walle::kernels::gemm_i8
