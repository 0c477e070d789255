#include "libwalle/lib/cv/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace walle::cv {
namespace {

/// Output position → a few weighted source positions along one axis.
struct Taps {
  std::vector<int64_t> first;  ///< per output: index of its first tap in `index`
  std::vector<int64_t> index;  ///< source positions, inside the image
  std::vector<float> weight;
};

void finish(Taps& taps) { taps.first.push_back(static_cast<int64_t>(taps.index.size())); }

Taps nearest_taps(int64_t from, int64_t to) {
  Taps taps;
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t i = 0; i < to; ++i) {
    taps.first.push_back(i);
    taps.index.push_back(std::min(static_cast<int64_t>(std::floor(static_cast<double>(i) * scale)), from - 1));
    taps.weight.push_back(1);
  }
  finish(taps);
  return taps;
}

void add_taps(Taps& taps, int64_t start, std::initializer_list<float> weights, int64_t from) {
  taps.first.push_back(static_cast<int64_t>(taps.index.size()));
  for (const float w : weights) {
    taps.index.push_back(std::clamp<int64_t>(start++, 0, from - 1));
    taps.weight.push_back(w);
  }
}

Taps linear_taps(int64_t from, int64_t to) {
  Taps taps;
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t i = 0; i < to; ++i) {
    const double x = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const double base = std::floor(x);
    const auto t = static_cast<float>(x - base);
    add_taps(taps, static_cast<int64_t>(base), {1 - t, t}, from);
  }
  finish(taps);
  return taps;
}

Taps cubic_taps(int64_t from, int64_t to) {
  constexpr float a = -0.75F;
  Taps taps;
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t i = 0; i < to; ++i) {
    const double x = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const double base = std::floor(x);
    const auto t = static_cast<float>(x - base);
    const float w0 = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
    const float w1 = ((a + 2) * t - (a + 3)) * t * t + 1;
    const float w2 = ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1;
    add_taps(taps, static_cast<int64_t>(base) - 1, {w0, w1, w2, 1 - w0 - w1 - w2}, from);
  }
  finish(taps);
  return taps;
}

Taps area_taps(int64_t from, int64_t to) {
  Taps taps;
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  for (int64_t i = 0; i < to; ++i) {
    const double begin = static_cast<double>(i) * scale;
    const double end = std::min(begin + scale, static_cast<double>(from));
    taps.first.push_back(static_cast<int64_t>(taps.index.size()));
    for (auto s = static_cast<int64_t>(begin); s < from && static_cast<double>(s) < end - 1e-9; ++s) {
      const double covered = std::min(end, static_cast<double>(s) + 1) - std::max(begin, static_cast<double>(s));
      taps.index.push_back(s);
      taps.weight.push_back(static_cast<float>(covered / (end - begin)));
    }
  }
  finish(taps);
  return taps;
}

Taps make_taps(int64_t from, int64_t to, Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::nearest:
      return nearest_taps(from, to);
    case Interpolation::cubic:
      return cubic_taps(from, to);
    case Interpolation::area:
      return area_taps(from, to);
    case Interpolation::linear:
      break;
  }
  return linear_taps(from, to);
}

/// One source row interpolated along x into `out` (width * channels floats).
template <class T>
void horizontal(const Image& image, int64_t y, const Taps& taps, int64_t width, float* out) {
  const T* row = image.row<T>(y);
  const int64_t c = image.channels;
  for (int64_t x = 0; x < width; ++x) {
    const auto begin = static_cast<size_t>(taps.first[static_cast<size_t>(x)]);
    const auto end = static_cast<size_t>(taps.first[static_cast<size_t>(x) + 1]);
    for (int64_t k = 0; k < c; ++k) {
      float sum = 0;
      for (size_t i = begin; i < end; ++i) sum += taps.weight[i] * static_cast<float>(row[taps.index[i] * c + k]);
      out[x * c + k] = sum;
    }
  }
}

template <class T>
void separable(const Image& image, Image& out, const Taps& tx, const Taps& ty) {
  const int64_t row_values = out.width * out.channels;
  size_t most = 1;
  for (size_t y = 0; y + 1 < ty.first.size(); ++y)
    most = std::max(most, static_cast<size_t>(ty.first[y + 1] - ty.first[y]));
  const size_t slots = most + 1;
  std::vector<float> rows(slots * static_cast<size_t>(row_values));
  std::vector<int64_t> held(slots, -1);
  std::vector<float> sum(static_cast<size_t>(row_values));
  for (int64_t y = 0; y < out.height; ++y) {
    std::fill(sum.begin(), sum.end(), 0.0F);
    for (auto i = static_cast<size_t>(ty.first[static_cast<size_t>(y)]);
         i < static_cast<size_t>(ty.first[static_cast<size_t>(y) + 1]); ++i) {
      const int64_t source = ty.index[i];
      const size_t slot = static_cast<size_t>(source) % slots;
      float* row = rows.data() + slot * static_cast<size_t>(row_values);
      if (held[slot] != source) {
        horizontal<T>(image, source, tx, out.width, row);
        held[slot] = source;
      }
      const float w = ty.weight[i];
      for (size_t k = 0; k < sum.size(); ++k) sum[k] += w * row[k];
    }
    T* to = out.row<T>(y);
    for (size_t k = 0; k < sum.size(); ++k) to[k] = saturate<T>(static_cast<double>(sum[k]));
  }
}

}  // namespace

Result<np::Array> resize(const np::Array& array, int64_t width, int64_t height, double fx, double fy,
                         Interpolation interpolation) {
  const Image image = WALLE_TRY(to_image(array));
  if (width <= 0 && height <= 0) {
    if (!(fx > 0) || !(fy > 0) || fx > 1e5 || fy > 1e5)
      return fail(ErrorCode::invalid_argument, "resize needs a size (width, height), or factors fx and fy above 0");
    width = static_cast<int64_t>(std::nearbyint(static_cast<double>(image.width) * fx));
    height = static_cast<int64_t>(std::nearbyint(static_cast<double>(image.height) * fy));
  }
  Image out = WALLE_TRY(new_like(image, height, width));
  const bool shrinks = width <= image.width && height <= image.height;
  if (interpolation == Interpolation::area && !shrinks) interpolation = Interpolation::linear;
  const Taps tx = make_taps(image.width, width, interpolation);
  const Taps ty = make_taps(image.height, height, interpolation);
  for_pixel(image.dtype(), [&](auto zero) { separable<decltype(zero)>(image, out, tx, ty); });
  return out.array;
}

}  // namespace walle::cv
