#pragma once

#include <array>
#include <vector>

#include "libwalle/lib/cv/geometry.h"

namespace walle::cv {

/// A chain of pixel positions, or any polygon.
using Contour = std::vector<Point>;

struct ContourTree {
  std::vector<Contour> contours;
  /// For each: next and previous of the same level, first child, parent; -1 where there is none.
  std::vector<std::array<int, 4>> hierarchy;
};

/// Borders of the non-zero regions of a one-channel image by Suzuki and Abe (CVGIP 30(1), 1985), 8-connected.
/// mode: OpenCV's RETR_EXTERNAL 0, LIST 1, CCOMP 2, TREE 3; method: CHAIN_APPROX_NONE 1, SIMPLE 2.
[[nodiscard]] Result<ContourTree> find_contours(const np::Array& image, int mode, int method);

/// Labels of connected regions (i32, 0 = background), 4- or 8-connected, in raster order; statistics a label:
/// left, top, width, height, area, and centroid.
struct Components {
  np::Array labels;
  std::vector<std::array<int, 5>> statistics;
  std::vector<Point> centroids;
};
[[nodiscard]] Result<Components> connected_components(const np::Array& image, int connectivity);

}  // namespace walle::cv
