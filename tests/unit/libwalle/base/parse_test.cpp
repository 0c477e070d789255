#include "libwalle/base/parse.h"

#include <gtest/gtest.h>

namespace walle {
namespace {

TEST(Parse, DurationsHaveUnits) {
  EXPECT_EQ(parse_duration_us("250ms").value(), 250'000);
  EXPECT_EQ(parse_duration_us("10m").value(), 600'000'000);
  for (const char* bad : {"", "5", "s", "-1s", "1.5s", "99999999999999999d", "5 s"})
    EXPECT_FALSE(parse_duration_us(bad).has_value()) << bad;
}

TEST(Parse, SizesArePowersOf1024) {
  EXPECT_EQ(parse_bytes("256M").value(), 256 << 20);
  EXPECT_EQ(parse_bytes("7").value(), 7);
  EXPECT_FALSE(parse_bytes("1T").has_value());
}

TEST(Parse, NamesStartWithALetterAndHaveAtMost64Characters) {
  EXPECT_TRUE(is_name("ocr-2_x"));
  for (const char* bad : {"", "Ocr", "1a", "a/b", "a.b"}) EXPECT_FALSE(is_name(bad)) << bad;
  EXPECT_FALSE(is_name(std::string(65, 'a')));
}

}  // namespace
}  // namespace walle
