#include "libwalle/lib/cv/color.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace walle::cv {
namespace {

/// A conversion that picks channels: out[k] = in[source[k]], or opaque for kOpaque.
constexpr int kOpaque = -1;
struct Shuffle {
  ColorCode code;
  int in, out;
  std::array<int, 4> source;
};
constexpr std::array<Shuffle, 8> kShuffles = {{{ColorCode::bgr2bgra, 3, 4, {0, 1, 2, kOpaque}},
                                               {ColorCode::bgra2bgr, 4, 3, {0, 1, 2, 0}},
                                               {ColorCode::bgr2rgba, 3, 4, {2, 1, 0, kOpaque}},
                                               {ColorCode::rgba2bgr, 4, 3, {2, 1, 0, 0}},
                                               {ColorCode::bgr2rgb, 3, 3, {2, 1, 0, 0}},
                                               {ColorCode::bgra2rgba, 4, 4, {2, 1, 0, 3}},
                                               {ColorCode::gray2bgr, 1, 3, {0, 0, 0, 0}},
                                               {ColorCode::gray2bgra, 1, 4, {0, 0, 0, kOpaque}}}};

/// A conversion by a function of one pixel in B, G, R order.
struct PixelRule {
  ColorCode code;
  int in, out;
  bool rgb;
  void (*u8)(const uint8_t bgr[3], uint8_t* out);
};

Status need(const Image& image, int channels) {
  if (image.channels == channels) return {};
  return fail(ErrorCode::invalid_argument, "this colour conversion needs " + std::to_string(channels) +
                                               " channels, the image has " + std::to_string(image.channels));
}

/// OpenCV's 15-bit weights of ITU-R BT.601 luma.
uint8_t luma(const uint8_t* p) {
  return static_cast<uint8_t>((p[0] * 3735 + p[1] * 19235 + p[2] * 9798 + (1 << 14)) >> 15);
}

void to_ycrcb(const uint8_t* p, uint8_t* out) {
  const int y = (p[0] * 1868 + p[1] * 9617 + p[2] * 4899 + (1 << 13)) >> 14;
  out[0] = static_cast<uint8_t>(y);
  out[1] = static_cast<uint8_t>(std::clamp(((p[2] - y) * 11682 + (128 << 14) + (1 << 13)) >> 14, 0, 255));
  out[2] = static_cast<uint8_t>(std::clamp(((p[0] - y) * 9241 + (128 << 14) + (1 << 13)) >> 14, 0, 255));
}

void to_hsv(const uint8_t* p, uint8_t* out) {
  const int b = p[0];
  const int g = p[1];
  const int r = p[2];
  const int v = std::max({b, g, r});
  const int diff = v - std::min({b, g, r});
  const double scale = diff == 0 ? 0 : 30.0 / diff;
  double h = v == r ? (g - b) * scale : (v == g ? (b - r) * scale + 60 : (r - g) * scale + 120);
  if (h < 0) h += 180;
  out[0] = saturate<uint8_t>(h);
  out[1] = v == 0 ? uint8_t{0} : saturate<uint8_t>(diff * 255.0 / v);
  out[2] = static_cast<uint8_t>(v);
}

constexpr std::array<PixelRule, 4> kRules = {{{ColorCode::bgr2ycrcb, 3, 3, false, to_ycrcb},
                                              {ColorCode::rgb2ycrcb, 3, 3, true, to_ycrcb},
                                              {ColorCode::bgr2hsv, 3, 3, false, to_hsv},
                                              {ColorCode::rgb2hsv, 3, 3, true, to_hsv}}};

Result<np::Array> shuffle(const Image& image, const Shuffle& rule) {
  WALLE_TRY(need(image, rule.in));
  Image out = WALLE_TRY(new_image(image.dtype(), image.height, image.width, rule.out, false));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T opaque = std::is_floating_point_v<T> ? T{1} : std::numeric_limits<T>::max();
    const T* from = image.row<T>(0);
    T* to = out.row<T>(0);
    for (int64_t i = 0; i < image.height * image.width; ++i, from += rule.in, to += rule.out) {
      for (int k = 0; k < rule.out; ++k)
        to[k] = rule.source[static_cast<size_t>(k)] == kOpaque ? opaque : from[rule.source[static_cast<size_t>(k)]];
    }
  });
  return out.array;
}

Result<np::Array> to_gray(const Image& image, int channels, bool rgb) {
  WALLE_TRY(need(image, channels));
  Image out = WALLE_TRY(new_image(image.dtype(), image.height, image.width, 1, true));
  const int64_t pixels = image.height * image.width;
  if (image.dtype() == DType::u8) {
    const uint8_t* from = image.row<uint8_t>(0);
    for (int64_t i = 0; i < pixels; ++i, from += channels) {
      const uint8_t bgr[3] = {from[rgb ? 2 : 0], from[1], from[rgb ? 0 : 2]};
      out.row<uint8_t>(0)[i] = luma(bgr);
    }
    return out.array;
  }
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = image.row<T>(0);
    for (int64_t i = 0; i < pixels; ++i, from += channels) {
      out.row<T>(0)[i] =
          saturate<T>(0.114 * static_cast<double>(from[rgb ? 2 : 0]) + 0.587 * static_cast<double>(from[1]) +
                      0.299 * static_cast<double>(from[rgb ? 0 : 2]));
    }
  });
  return out.array;
}

Result<np::Array> by_pixel(const Image& image, const PixelRule& rule) {
  WALLE_TRY(need(image, rule.in));
  if (image.dtype() != DType::u8) return fail(ErrorCode::unsupported, "this colour conversion takes uint8 images");
  Image out = WALLE_TRY(new_image(DType::u8, image.height, image.width, rule.out, false));
  const uint8_t* from = image.row<uint8_t>(0);
  uint8_t* to = out.row<uint8_t>(0);
  for (int64_t i = 0; i < image.height * image.width; ++i, from += rule.in, to += rule.out) {
    const uint8_t bgr[3] = {from[rule.rgb ? 2 : 0], from[1], from[rule.rgb ? 0 : 2]};
    rule.u8(bgr, to);
  }
  return out.array;
}

}  // namespace

Result<np::Array> cvt_color(const np::Array& array, ColorCode code) {
  const Image image = WALLE_TRY(to_image(array));
  for (const Shuffle& rule : kShuffles) {
    if (rule.code == code) return shuffle(image, rule);
  }
  for (const PixelRule& rule : kRules) {
    if (rule.code == code) return by_pixel(image, rule);
  }
  const bool gray3 = code == ColorCode::bgr2gray || code == ColorCode::rgb2gray;
  const bool gray4 = code == ColorCode::bgra2gray || code == ColorCode::rgba2gray;
  if (gray3 || gray4) return to_gray(image, gray3 ? 3 : 4, code == ColorCode::rgb2gray || code == ColorCode::rgba2gray);
  return fail(ErrorCode::unsupported, "colour conversion " + std::to_string(static_cast<int>(code)) +
                                          " is not available; see docs/pyvm.md for those that are");
}

}  // namespace walle::cv
