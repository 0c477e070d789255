// Expected bits are those of ml_dtypes 0.6.
#include "kernels/abi/small_float.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace walle {
namespace {

constexpr std::array<double, 11> kNumbers = {0.479, -0.3, 1e-3, 464, 465, 1e6, -0.0, 7.3, 0.017, 57344, 61440};

struct Format {
  DType dtype;
  std::array<unsigned, 11> bits;
};
constexpr std::array<Format, 5> kFormats = {{
    {DType::f8e4m3fn, {0x2f, 0xaa, 0x01, 0x7e, 0x7f, 0x7f, 0x80, 0x4f, 0x09, 0x7f, 0x7f}},
    {DType::f8e4m3fnuz, {0x37, 0xb2, 0x01, 0x80, 0x80, 0x80, 0x00, 0x57, 0x11, 0x80, 0x80}},
    {DType::f8e5m2, {0x38, 0xb5, 0x14, 0x5f, 0x5f, 0x7c, 0x80, 0x47, 0x24, 0x7b, 0x7c}},
    {DType::f8e5m2fnuz, {0x3c, 0xb9, 0x18, 0x63, 0x63, 0x80, 0x00, 0x4b, 0x28, 0x7f, 0x80}},
    {DType::f4e2m1, {0x1, 0x9, 0x0, 0x7, 0x7, 0x7, 0x8, 0x7, 0x0, 0x7, 0x7}},
}};

TEST(SmallFloat, RoundsToNearestEvenAndOverflowsAsItsFormatDoes) {
  for (const Format& format : kFormats) {
    for (size_t i = 0; i < kNumbers.size(); ++i) {
      EXPECT_EQ(small_to_bits(format.dtype, kNumbers[i], false), format.bits[i])
          << name_of(format.dtype) << " of " << kNumbers[i];
    }
  }
}

TEST(SmallFloat, EveryValueComesBack) {
  for (const Format& format : kFormats) {
    for (unsigned bits = 0; bits < 1U << bits_of(format.dtype); ++bits) {
      const double value = small_from_bits(format.dtype, bits);
      if (std::isnan(value)) continue;
      EXPECT_EQ(small_to_bits(format.dtype, value, false), bits) << name_of(format.dtype);
    }
  }
}

TEST(SmallFloat, SaturationStopsAtTheLargestNumber) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(small_from_bits(DType::f8e4m3fn, small_to_bits(DType::f8e4m3fn, kInf, true)), 448);
  EXPECT_EQ(small_from_bits(DType::f8e5m2, small_to_bits(DType::f8e5m2, -1e9, true)), -57344);
}

TEST(SmallFloat, AScaleIsAPowerOfTwo) {
  EXPECT_EQ(scale_from_bits(scale_to_bits(1.1, true, ScaleRounding::up)), 2);
  EXPECT_EQ(scale_from_bits(scale_to_bits(1.1, true, ScaleRounding::nearest)), 1);
  EXPECT_EQ(scale_from_bits(scale_to_bits(1.9, true, ScaleRounding::down)), 1);
  EXPECT_EQ(scale_to_bits(0, true, ScaleRounding::up), 0U);
  EXPECT_TRUE(std::isnan(scale_from_bits(scale_to_bits(0, false, ScaleRounding::nearest))));
}

TEST(PackedData, TheFirstElementIsInTheLowestBits) {
  uint8_t bytes[2] = {};
  for (int64_t i = 0; i < 8; ++i) set_packed(bytes, 2, i, static_cast<unsigned>(i) & 3U);
  EXPECT_EQ(bytes[0], 0xe4);
  EXPECT_EQ(packed_at(bytes, 2, 6), 2U);
  EXPECT_EQ(carried_at(DType::i2, bytes, 7), -1);
}

}  // namespace
}  // namespace walle
