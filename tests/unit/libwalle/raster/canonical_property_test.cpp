// Random regions (negative and zero strides, fills, indexed axes, add and max) mean the same in canonical form.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include "libwalle/raster/region.h"

namespace walle::raster {
namespace {

/// A region with buffers that hold whatever it reaches.
struct Case {
  Region region;
  std::vector<double> source;
  std::vector<int64_t> indices;
  size_t elements = 0;
};

/// What the region writes, element by element, onto a destination of 100, 101, …
std::vector<double> written(const Case& one, const Region& r) {
  std::vector<double> out(one.elements);
  std::iota(out.begin(), out.end(), 100.0);
  for (int64_t i = 0; i < count(r); ++i) {
    int64_t rest = i;
    int64_t src = r.src_offset;
    int64_t dst = r.dst_offset;
    bool outside = false;
    for (size_t k = r.axes.size(); k-- > 0;) {
      const int64_t step = rest % r.axes[k].size;
      rest /= r.axes[k].size;
      dst += step * r.axes[k].dst_stride;
      int64_t position = step;
      if (r.indexed && r.indexed->axis == k) {
        const IndexedAxis& at = *r.indexed;
        position = one.indices[static_cast<size_t>(at.index_offset + step * at.index_stride)];
        outside = position < -at.bound || position >= at.bound;
        if (position < 0) position += at.bound;
      }
      if (!outside) src += position * r.axes[k].src_stride;
    }
    const double value = r.source == Region::kFill ? r.fill : outside ? 0 : one.source[static_cast<size_t>(src)];
    double& to = out[static_cast<size_t>(dst)];
    to = r.combine == Combine::add ? to + value : r.combine == Combine::max ? std::max(to, value) : value;
  }
  return out;
}

class Draw {
 public:
  explicit Draw(uint32_t seed) : random_(seed) {}

  Case next() {
    Case one;
    Region& r = one.region;
    const int64_t rank = pick(Region::kMaxAxes + 1);
    int64_t dst = 1;
    for (int64_t k = 0; k < rank; ++k) {
      const int64_t size = 1 + pick(4);
      r.axes.push_back({size, pick(9) - 3, dst});
      dst *= size + pick(2);
    }
    if (pick(4) == 0) r.combine = pick(2) == 0 ? Combine::add : Combine::max;
    if (pick(5) == 0) r.source = Region::kFill;
    r.fill = static_cast<double>(pick(5));
    if (rank > 0 && r.source >= 0 && pick(4) == 0) index(one);
    for (Axis& axis : r.axes) {
      if (pick(3) == 0) axis.dst_stride = -axis.dst_stride;
      if (r.combine != Combine::copy && pick(4) == 0) axis.dst_stride = 0;
    }
    if (!r.indexed) std::shuffle(r.axes.begin(), r.axes.end(), random_);
    place(one);
    return one;
  }

 private:
  int64_t pick(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random_); }

  void index(Case& one) {
    Region& r = one.region;
    IndexedAxis at{.operand = 1, .axis = static_cast<size_t>(pick(static_cast<int64_t>(r.axes.size())))};
    at.bound = 1 + pick(5);
    at.index_stride = 1 + pick(2);
    at.index_offset = pick(3);
    const int64_t needed = at.index_offset + r.axes[at.axis].size * at.index_stride;
    for (int64_t i = 0; i < needed; ++i) one.indices.push_back(pick(2 * at.bound + 2) - at.bound - 1);
    r.indexed = at;
  }

  /// Offsets so that the lowest address is 0, and buffers up to the highest.
  void place(Case& one) {
    Region& r = one.region;
    int64_t lowest[2] = {0, 0};
    int64_t highest[2] = {0, 0};
    for (size_t k = 0; k < r.axes.size(); ++k) {
      const bool indexed = r.indexed && r.indexed->axis == k;
      const int64_t reach[2] = {(indexed ? r.indexed->bound - 1 : r.axes[k].size - 1) * r.axes[k].src_stride,
                                (r.axes[k].size - 1) * r.axes[k].dst_stride};
      for (size_t side = 0; side < 2; ++side) {
        lowest[side] += std::min<int64_t>(0, reach[side]);
        highest[side] += std::max<int64_t>(0, reach[side]);
      }
    }
    r.src_offset = -lowest[0];
    r.dst_offset = -lowest[1];
    one.source.resize(static_cast<size_t>(highest[0] - lowest[0] + 1));
    std::iota(one.source.begin(), one.source.end(), 1.0);
    one.elements = static_cast<size_t>(highest[1] - lowest[1] + 1);
  }

  std::mt19937 random_;
};

uint32_t cases() {
  const char* text = std::getenv("WALLE_PROPERTY_CHAINS");
  return text != nullptr ? static_cast<uint32_t>(std::atoi(text)) : 10'000U;
}

TEST(Canonical, RandomRegionsKeepTheirMeaning) {
  for (uint32_t seed = 0; seed < cases(); ++seed) {
    const Case one = Draw(seed).next();
    const int64_t counts[] = {static_cast<int64_t>(one.source.size()), static_cast<int64_t>(one.indices.size())};
    const auto elements = static_cast<int64_t>(one.elements);
    ASSERT_TRUE(verify(std::span(&one.region, 1), counts, elements)) << "seed " << seed;
    const Region form = canonical(one.region);
    ASSERT_TRUE(verify(std::span(&form, 1), counts, elements)) << "seed " << seed;
    ASSERT_EQ(written(one, form), written(one, one.region)) << "seed " << seed;
    ASSERT_EQ(canonical(form), form) << "seed " << seed << ": the canonical form of a canonical form is another";
  }
}

TEST(Canonical, AnyOrderOfAxesHasOneForm) {
  for (uint32_t seed = 0; seed < cases() / 10; ++seed) {
    const Case one = Draw(seed).next();
    if (one.region.indexed || one.region.combine != Combine::copy) continue;
    Region turned = one.region;
    std::reverse(turned.axes.begin(), turned.axes.end());
    for (Axis& axis : turned.axes) {  // walked from the other end
      turned.src_offset += (axis.size - 1) * axis.src_stride;
      turned.dst_offset += (axis.size - 1) * axis.dst_stride;
      axis.src_stride = -axis.src_stride;
      axis.dst_stride = -axis.dst_stride;
    }
    ASSERT_EQ(canonical(turned), canonical(one.region)) << "seed " << seed;
  }
}

TEST(Verify, RefusesEveryRegionThatReachesOutside) {
  for (uint32_t seed = 0; seed < cases() / 10; ++seed) {
    const Case one = Draw(seed).next();
    const int64_t counts[] = {static_cast<int64_t>(one.source.size()), static_cast<int64_t>(one.indices.size())};
    const auto elements = static_cast<int64_t>(one.elements);
    ASSERT_FALSE(verify(std::span(&one.region, 1), counts, elements - 1)) << "seed " << seed;
    if (one.region.source < 0) continue;
    const int64_t fewer[] = {counts[0] - 1, counts[1]};
    ASSERT_FALSE(verify(std::span(&one.region, 1), fewer, elements)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace walle::raster
