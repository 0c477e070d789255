#include "libwalle/lib/cv/morphology.h"

#include <algorithm>
#include <cmath>

namespace walle::cv {
namespace {

template <class T, class Pick>
void extreme(const Image& image, Image& out, const Element& element, T outside, Pick pick) {
  const int64_t c = image.channels;
  const int64_t ay = element.rows / 2;
  const int64_t ax = element.columns / 2;
  for (int64_t y = 0; y < image.height; ++y) {
    T* to = out.row<T>(y);
    std::fill_n(to, image.width * c, outside);
    for (int64_t j = 0; j < element.rows; ++j) {
      const int64_t sy = y + j - ay;
      if (sy < 0 || sy >= image.height) continue;
      for (int64_t i = 0; i < element.columns; ++i) {
        if (element.cells[static_cast<size_t>(j * element.columns + i)] == 0) continue;
        const int64_t shift = i - ax;
        const int64_t begin = std::max<int64_t>(0, -shift);
        const int64_t end = std::min(image.width, image.width - shift);
        const T* from = image.row<T>(sy) + shift * c;
        for (int64_t x = begin * c; x < end * c; ++x) to[x] = pick(to[x], from[x]);
      }
    }
  }
}

Result<np::Array> repeat(const np::Array& array, const Element& element, int64_t iterations, bool largest) {
  if (iterations < 1 || iterations > 1000) return fail(ErrorCode::invalid_argument, "iterations must be 1 to 1000");
  np::Array current = array;
  for (int64_t n = 0; n < iterations; ++n) {
    const Image image = WALLE_TRY(to_image(current));
    Image out = WALLE_TRY(new_like(image, image.height, image.width));
    for_pixel(image.dtype(), [&](auto zero) {
      using T = decltype(zero);
      if (largest) {
        extreme<T>(image, out, element, std::numeric_limits<T>::lowest(), [](T a, T b) { return a < b ? b : a; });
      } else {
        extreme<T>(image, out, element, std::numeric_limits<T>::max(), [](T a, T b) { return b < a ? b : a; });
      }
    });
    current = out.array;
  }
  return current;
}

Result<np::Array> difference(const np::Array& a, const np::Array& b) {
  const Image x = WALLE_TRY(to_image(a));
  const Image y = WALLE_TRY(to_image(b));
  Image out = WALLE_TRY(new_like(x, x.height, x.width));
  for_pixel(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < x.height * x.width * x.channels; ++i)
      out.row<T>(0)[i] = saturate<T>(static_cast<double>(x.row<T>(0)[i]) - static_cast<double>(y.row<T>(0)[i]));
  });
  return out.array;
}

}  // namespace

Result<Element> structuring_element(int shape, int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > 255 || height > 255)
    return fail(ErrorCode::invalid_argument, "a structuring element has sides of 1 to 255");
  Element element{height, width, std::vector<uint8_t>(static_cast<size_t>(width * height), shape == 0 ? 1 : 0)};
  const int64_t r = height / 2;
  const int64_t c = width / 2;
  for (int64_t j = 0; shape != 0 && j < height; ++j) {
    int64_t begin = c;
    int64_t end = c + 1;
    if (shape == 1 && j == r) {
      begin = 0;
      end = width;
    }
    if (shape == 2) {
      const auto dy = static_cast<double>(j - r);
      const double inside = r == 0 ? 1 : 1 - dy * dy / (static_cast<double>(r) * static_cast<double>(r));
      const auto dx =
          inside < 0 ? int64_t{-1} : static_cast<int64_t>(std::nearbyint(static_cast<double>(c) * std::sqrt(inside)));
      begin = std::max<int64_t>(c - dx, 0);
      end = std::min(c + dx + 1, width);
    }
    for (int64_t i = begin; i < end; ++i) element.cells[static_cast<size_t>(j * width + i)] = 1;
  }
  return element;
}

Result<np::Array> dilate(const np::Array& image, const Element& element, int64_t iterations) {
  return repeat(image, element, iterations, true);
}
Result<np::Array> erode(const np::Array& image, const Element& element, int64_t iterations) {
  return repeat(image, element, iterations, false);
}

Result<np::Array> morphology(const np::Array& image, int operation, const Element& element, int64_t iterations) {
  const bool largest_first = operation == 1 || operation == 3 || operation == 4 || operation == 6;
  if (operation < 0 || operation > 6)
    return fail(ErrorCode::invalid_argument, "morphology operation " + std::to_string(operation) + " is not known");
  const auto first = WALLE_TRY(repeat(image, element, iterations, largest_first));
  if (operation <= 1) return first;
  if (operation == 4) return difference(first, WALLE_TRY(erode(image, element, iterations)));
  const auto second = WALLE_TRY(repeat(first, element, iterations, !largest_first));
  if (operation == 5) return difference(image, second);
  if (operation == 6) return difference(second, image);
  return second;
}

}  // namespace walle::cv
