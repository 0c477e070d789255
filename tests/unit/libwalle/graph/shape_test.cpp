#include "libwalle/graph/shape.h"

#include <gtest/gtest.h>

namespace walle::graph {
namespace {

TEST(Dim, AffineArithmeticCancelsSymbols) {
  const Dim n = Dim::symbol(0);
  const Dim two_n = Dim::mul(n, Dim(2)).value();
  EXPECT_EQ(Dim::sub(two_n, n).value(), n);
  EXPECT_TRUE(Dim::sub(n, n)->known());
  EXPECT_EQ(Dim::add(n, Dim(3))->constant(), 3);
}

TEST(Dim, DivisionIsExactOrNotAffine) {
  const Dim n = Dim::symbol(0);
  EXPECT_EQ(Dim::div(Dim::mul(n, Dim(8)).value(), Dim(8)).value(), n);
  EXPECT_FALSE(Dim::div(n, Dim(2)).has_value());
  EXPECT_EQ(Dim::div(Dim(-7), Dim(2))->value(), -4);
  EXPECT_EQ(Dim::div(n, n)->value(), 1);
}

TEST(Dim, OverflowIsNotAffine) { EXPECT_FALSE(Dim::mul(Dim(INT64_MAX), Dim(2)).has_value()); }

TEST(Dim, ProductOfSymbolsIsNotAffine) { EXPECT_FALSE(Dim::mul(Dim::symbol(0), Dim::symbol(1)).has_value()); }

}  // namespace
}  // namespace walle::graph
