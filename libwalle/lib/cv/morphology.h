#pragma once

#include <vector>

#include "libwalle/lib/cv/image.h"

namespace walle::cv {

/// A structuring element: rows x columns of 0 and 1, anchored in its middle.
struct Element {
  int64_t rows = 3, columns = 3;
  std::vector<uint8_t> cells = std::vector<uint8_t>(9, 1);
};
/// shape: OpenCV's MORPH_RECT 0, MORPH_CROSS 1, MORPH_ELLIPSE 2. Errors: invalid_argument for sides outside 1 to 255.
[[nodiscard]] Result<Element> structuring_element(int shape, int64_t width, int64_t height);

/// Maximum (minimum) under the element, `iterations` times; outside the image counts as the smallest (largest) value.
[[nodiscard]] Result<np::Array> dilate(const np::Array& image, const Element& element, int64_t iterations);
[[nodiscard]] Result<np::Array> erode(const np::Array& image, const Element& element, int64_t iterations);
/// operation: OpenCV's MORPH_ERODE 0, DILATE 1, OPEN 2, CLOSE 3, GRADIENT 4, TOPHAT 5, BLACKHAT 6.
[[nodiscard]] Result<np::Array> morphology(const np::Array& image, int operation, const Element& element,
                                           int64_t iterations);

}  // namespace walle::cv
