#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "libwalle/lib/np/array.h"

namespace walle::cv {

/// Largest side of an image that is accepted or made.
inline constexpr int64_t kMaxSide = 32768;

/// A picture as the functions here see it: rows of pixels of `channels` values, dense. dtype u8, u16, i16, f32 or f64.
struct Image {
  np::Array array;  ///< contiguous, [height, width] or [height, width, channels]
  int64_t height = 0;
  int64_t width = 0;
  int64_t channels = 1;

  [[nodiscard]] DType dtype() const { return array.dtype(); }
  [[nodiscard]] bool flat() const { return array.rank() == 2; }
  template <class T>
  [[nodiscard]] T* row(int64_t y) const {
    return array.data<T>() + y * width * channels;
  }
};

/// Takes an array as an image. Errors: invalid_argument naming `what`, its dtype and dims, unless it has rank 2, or 3
/// with 1 to 4 channels, sides in [1, kMaxSide], and a dtype above.
[[nodiscard]] Result<Image> to_image(const np::Array& array, std::string_view what = "the image");

/// A new image with undefined pixels; `flat`: rank 2 (channels is 1). Errors: invalid_argument for absurd sides.
[[nodiscard]] Result<Image> new_image(DType dtype, int64_t height, int64_t width, int64_t channels, bool flat);
/// The same form (rank, channels, dtype) as `like` with other sides.
[[nodiscard]] inline Result<Image> new_like(const Image& like, int64_t height, int64_t width) {
  return new_image(like.dtype(), height, width, like.channels, like.flat());
}

/// Rounds half to even and clamps to the type, as OpenCV's saturate_cast.
template <class T>
[[nodiscard]] T saturate(double value);
template <>
[[nodiscard]] inline float saturate<float>(double value) {
  return static_cast<float>(value);
}
template <>
[[nodiscard]] inline double saturate<double>(double value) {
  return value;
}
template <class T>
[[nodiscard]] T saturate(double value) {
  constexpr double low = static_cast<double>(std::numeric_limits<T>::min());
  constexpr double high = static_cast<double>(std::numeric_limits<T>::max());
  const double rounded = __builtin_nearbyint(value);
  return static_cast<T>(rounded < low ? low : (rounded > high ? high : rounded));
}

/// Calls `function` with a value of the pixel type: for_pixel(image.dtype(), [&](auto zero) { using T = decltype(zero);
/// … }).
template <class F>
auto for_pixel(DType dtype, F&& function) {
  switch (dtype) {
    case DType::u16:
      return function(uint16_t{});
    case DType::i16:
      return function(int16_t{});
    case DType::f32:
      return function(float{});
    case DType::f64:
      return function(double{});
    default:
      return function(uint8_t{});
  }
}

/// How pixels outside the image are made: OpenCV's BORDER_… numbers.
enum class Border : int { constant = 0, replicate = 1, reflect = 2, wrap = 3, reflect_101 = 4 };

/// The index inside [0, size) that stands for `i`; -1: the border's constant.
[[nodiscard]] int64_t border_index(int64_t i, int64_t size, Border border);

}  // namespace walle::cv
