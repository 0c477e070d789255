#include <algorithm>

#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

/// For each channel the sum over the channels from c - before to c + after, as a raster that adds.
Result<Expression> sum_of_channels(Reverse& r, const Expression& a, int64_t before, int64_t after) {
  const std::vector<int64_t> dims = r.dims(0);
  int64_t inner = 1;
  for (size_t d = 2; d < dims.size(); ++d) inner *= dims[d];
  const int64_t channels = dims[1];
  std::vector<Region> regions;
  for (int64_t shift = -std::min(before, channels); shift <= std::min(after, channels); ++shift) {
    const int64_t first = std::max<int64_t>(0, -shift);
    const int64_t count = std::min(channels, channels - shift) - first;
    if (count <= 0) continue;
    Region region{.src_offset = (first + shift) * inner, .dst_offset = first * inner, .combine = Combine::add};
    region.axes.push_back({dims[0], channels * inner, channels * inner});
    region.axes.push_back({count * inner, 1, 1});
    regions.push_back(region);
  }
  const graph::ValueId input = WALLE_TRY(r.formula().result(a));
  return r.formula().of(WALLE_TRY(add_raster(r.builder(), {input}, {r.dtype(), dims}, regions)));
}

// d = bias + alpha/size Σ_window x², y = x d^-beta:
//   dx = dy d^-beta - 2 alpha beta/size x Σ_transposed window (dy x d^(-beta-1))
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const auto& a = r.attributes<LrnAttributes>();
  const int64_t before = (a.size - 1) / 2;
  const int64_t after = a.size / 2;
  const Expression x = r.operand(0);
  const double share = a.alpha / static_cast<double>(a.size);
  const Expression d = share * WALLE_TRY(sum_of_channels(r, x * x, before, after)) + a.bias;
  const Expression scaled = r.gradient() * pow(d, -a.beta);
  const Expression spread = WALLE_TRY(sum_of_channels(r, scaled * x / d, after, before));
  return std::vector{WALLE_TRY(r.formula().result(scaled - 2 * a.beta * share * (x * spread)))};
}

}  // namespace

extern const RuleDef kLrn;
const RuleDef kLrn = {.family = Family::lrn, .reverse = reverse};

}  // namespace walle::autodiff
