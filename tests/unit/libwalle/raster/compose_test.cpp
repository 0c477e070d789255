#include "libwalle/raster/compose.h"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

namespace walle::raster {
namespace {

/// What a raster does, element by element: 0 where nothing is written. Independent of the algebra under test.
std::vector<double> brute_force(std::span<const Region> regions, const std::vector<double>& source, size_t elements) {
  std::vector<double> out(elements, 0);
  for (const Region& r : regions) {
    const int64_t n = count(r);
    for (int64_t i = 0; i < n; ++i) {
      int64_t rest = i;
      int64_t src = r.src_offset;
      int64_t dst = r.dst_offset;
      for (size_t k = r.axes.size(); k-- > 0;) {
        const int64_t s = rest % r.axes[k].size;
        rest /= r.axes[k].size;
        src += s * r.axes[k].src_stride;
        dst += s * r.axes[k].dst_stride;
      }
      const double value = r.source == Region::kFill ? r.fill : source[static_cast<size_t>(src)];
      double& to = out[static_cast<size_t>(dst)];
      to = r.combine == Combine::add ? to + value : value;
    }
  }
  return out;
}

using Dims = std::vector<int64_t>;

int64_t product(const Dims& dims) {
  int64_t n = 1;
  for (const int64_t d : dims) n *= d;
  return n;
}

/// Draws transforms as operators make them: transpose, slice with steps, reverse, pad, broadcast, reshape, concat.
class Chain {
 public:
  explicit Chain(uint32_t seed) : random_(seed) {
    const int64_t rank = 1 + pick(4);
    for (int64_t i = 0; i < rank; ++i) dims_.push_back(1 + pick(5));
  }
  [[nodiscard]] const Dims& dims() const { return dims_; }

  Regions next() {
    switch (pick(7)) {
      case 0:
        return transpose();
      case 1:
        return slice();
      case 2:
        return pad();
      case 3:
        return broadcast();
      case 4:
        return reshape();
      case 5:
        return twice();
      default:
        return reverse();
    }
  }

 private:
  int64_t pick(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random_); }

  static Dims strides_of(const Dims& dims) {
    Dims strides(dims.size(), 1);
    for (size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
    return strides;
  }
  static Region box(const Dims& sizes, const Dims& src, const Dims& dst) {
    Region r;
    for (size_t i = 0; i < sizes.size(); ++i) r.axes.push_back({sizes[i], src[i], dst[i]});
    return r;
  }
  Regions transpose() {
    std::vector<size_t> perm(dims_.size());
    for (size_t i = 0; i < perm.size(); ++i) perm[i] = i;
    std::shuffle(perm.begin(), perm.end(), random_);
    const Dims from = strides_of(dims_);
    Dims dims;
    Dims src;
    for (const size_t p : perm) {
      dims.push_back(dims_[p]);
      src.push_back(from[p]);
    }
    dims_ = dims;
    return {box(dims, src, strides_of(dims))};
  }
  Regions slice() {
    const Dims from = strides_of(dims_);
    Dims dims;
    Dims src;
    int64_t offset = 0;
    for (size_t i = 0; i < dims_.size(); ++i) {
      const int64_t start = pick(dims_[i]);
      const int64_t step = 1 + pick(3);
      dims.push_back((dims_[i] - start + step - 1) / step);
      offset += start * from[i];
      src.push_back(from[i] * step);
    }
    dims_ = dims;
    Region r = box(dims, src, strides_of(dims));
    r.src_offset = offset;
    return {r};
  }
  Regions reverse() {
    const Dims from = strides_of(dims_);
    const auto axis = static_cast<size_t>(pick(static_cast<int64_t>(dims_.size())));
    Dims src = from;
    src[axis] = -src[axis];
    Region r = box(dims_, src, from);
    r.src_offset = (dims_[axis] - 1) * from[axis];
    return {r};
  }
  Regions pad() {
    const Dims from = strides_of(dims_);
    const auto axis = static_cast<size_t>(pick(static_cast<int64_t>(dims_.size())));
    const int64_t before = pick(3);
    const int64_t after = pick(3);
    Dims dims = dims_;
    dims[axis] += before + after;
    const Dims to = strides_of(dims);
    Regions regions;
    Region r = box(dims_, from, to);
    r.dst_offset = before * to[axis];
    regions.push_back(r);
    const auto fill = [&](int64_t at, int64_t size) {
      Dims sizes = dims;
      sizes[axis] = size;
      Region f = box(sizes, Dims(sizes.size(), 0), to);
      f.source = Region::kFill;
      f.fill = 7;
      f.dst_offset = at * to[axis];
      if (size > 0) regions.push_back(f);
    };
    if (pick(2) == 0) {  // else the border stays unwritten: 0
      fill(0, before);
      fill(before + dims_[axis], after);
    }
    dims_ = dims;
    return regions;
  }
  Regions broadcast() {
    if (dims_.size() >= 4) return reverse();
    Dims dims = dims_;
    Dims src = strides_of(dims_);
    const auto at = pick(static_cast<int64_t>(dims_.size()) + 1);
    dims.insert(dims.begin() + at, 1 + pick(3));
    src.insert(src.begin() + at, 0);
    dims_ = dims;
    return {box(dims, src, strides_of(dims))};
  }
  Regions reshape() {
    Region r;
    const int64_t n = product(dims_);
    r.axes.push_back({n, 1, 1});
    for (int64_t d = 2 + pick(4); d <= n; ++d) {
      if (n % d == 0) {
        dims_ = {n / d, d};
        return {r};
      }
    }
    dims_ = {n};
    return {r};
  }
  /// Concat of the value with itself along an axis.
  Regions twice() {
    const Dims from = strides_of(dims_);
    const auto axis = static_cast<size_t>(pick(static_cast<int64_t>(dims_.size())));
    Dims dims = dims_;
    dims[axis] *= 2;
    const Dims to = strides_of(dims);
    Region first = box(dims_, from, to);
    Region second = first;
    second.dst_offset = dims_[axis] * to[axis];
    dims_ = dims;
    return {first, second};
  }

  std::mt19937 random_;
  Dims dims_;
};

uint32_t chains() {
  const char* text = std::getenv("WALLE_PROPERTY_CHAINS");
  return text != nullptr ? static_cast<uint32_t>(std::atoi(text)) : 10'000U;
}

TEST(Compose, RandomChainsEqualBruteForce) {
  size_t merged_steps = 0;
  size_t refused = 0;
  for (uint32_t seed = 0; seed < chains(); ++seed) {
    Chain chain(seed);
    const int64_t elements = product(chain.dims());
    std::vector<double> source(static_cast<size_t>(elements));
    for (size_t i = 0; i < source.size(); ++i) source[i] = static_cast<double>(i) + 1;
    Regions merged = chain.next();
    canonicalise(merged);
    std::vector<double> expected = brute_force(merged, source, static_cast<size_t>(product(chain.dims())));
    for (int step = 0; step < 3; ++step) {
      const int64_t between = product(chain.dims());
      const Regions consumer = chain.next();
      const int64_t after = product(chain.dims());
      if (after > 4000) break;
      const int64_t counts[] = {between};
      ASSERT_TRUE(verify(consumer, counts, after));
      expected = brute_force(consumer, expected, static_cast<size_t>(after));
      Regions next;
      bool ok = true;
      for (const Region& region : consumer) {
        auto pieces = compose(region, merged);
        ok = ok && pieces.has_value();
        if (pieces) next.insert(next.end(), pieces->begin(), pieces->end());
      }
      if (!ok || next.size() > kMaxPieces) {
        ++refused;
        break;
      }
      ++merged_steps;
      canonicalise(next);
      const int64_t sources[] = {elements};
      ASSERT_TRUE(verify(next, sources, after)) << "seed " << seed;
      ASSERT_EQ(brute_force(next, source, static_cast<size_t>(after)), expected) << "seed " << seed << " step " << step;
      merged = next;
    }
  }
  RecordProperty("merged", static_cast<int>(merged_steps));
  RecordProperty("refused", static_cast<int>(refused));
  EXPECT_GT(merged_steps, 9 * refused) << "merged " << merged_steps << " refused " << refused;
}

TEST(Compose, TransposeOfTransposeIsIdentity) {
  Region forward;
  forward.axes = {{4, 1, 3}, {3, 4, 1}};  // [3,4] → [4,3]
  Region back;
  back.axes = {{3, 1, 4}, {4, 3, 1}};
  const Regions producer = {canonical(forward)};
  const auto merged = compose(back, producer);
  ASSERT_TRUE(merged);
  EXPECT_EQ(identity(*merged, 12), 0);
}

TEST(Compose, RefusesIndexedAxes) {
  Region gather;
  gather.axes = {{4, 3, 3}, {3, 1, 1}};
  gather.indexed = IndexedAxis{.operand = 1, .axis = 0, .index_offset = 0, .index_stride = 1, .bound = 10};
  Region copy;
  copy.axes = {{12, 1, 1}};
  EXPECT_FALSE(compose(copy, Regions{gather}));
}

}  // namespace
}  // namespace walle::raster
