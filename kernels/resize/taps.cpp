#include "kernels/resize/taps.h"

#include <algorithm>
#include <cmath>

namespace walle::kernels::resize {
namespace {

double cubic(double x, double a) {
  x = std::fabs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

double linear(double x) { return std::max(0.0, 1 - std::fabs(x)); }

/// The position that `nearest` picks for coordinate `x`.
int64_t nearest(double x, ResizeNearest how) {
  const double floor = std::floor(x);
  switch (how) {
    case ResizeNearest::floor:
      return static_cast<int64_t>(floor);
    case ResizeNearest::ceil:
      return static_cast<int64_t>(std::ceil(x));
    case ResizeNearest::round_prefer_floor:
      return static_cast<int64_t>(x - floor <= 0.5 ? floor : floor + 1);
    case ResizeNearest::round_prefer_ceil:
      return static_cast<int64_t>(x - floor < 0.5 ? floor : floor + 1);
  }
  return static_cast<int64_t>(floor);
}

/// Scale of the interpolating kernel: below 1 it is widened against aliasing.
double kernel_scale(const ResizeAttributes& attributes, size_t axis) {
  return attributes.antialias ? std::min(attributes.scales[axis], 1.0) : 1.0;
}

/// First tap relative to the one left of the coordinate.
int64_t first_tap(const ResizeAttributes& attributes, size_t axis) {
  const double reach = attributes.mode == ResizeMode::cubic ? 2 : 1;
  return static_cast<int64_t>(std::floor(-reach / kernel_scale(attributes, axis))) + 1;
}

}  // namespace

bool AxisMap::identity() const {
  return attributes->scales[axis] == 1 && in == out && attributes->coordinates != ResizeCoordinates::tf_crop_and_resize;
}

int64_t AxisMap::taps() const {
  if (identity() || attributes->mode == ResizeMode::nearest) return 1;
  return 2 - 2 * first_tap(*attributes, axis);
}

std::optional<double> AxisMap::source(int64_t x) const {
  const double scale = attributes->scales[axis];
  const auto position = static_cast<double>(x);
  const auto size = static_cast<double>(in);
  const double scaled = scale * size;
  switch (attributes->coordinates) {
    case ResizeCoordinates::asymmetric:
      return position / scale;
    case ResizeCoordinates::half_pixel:
      return (position + 0.5) / scale - 0.5;
    case ResizeCoordinates::pytorch_half_pixel:
      return out == 1 ? 0 : (position + 0.5) / scale - 0.5;
    case ResizeCoordinates::align_corners:
      return scaled == 1 ? 0 : position * (size - 1) / (scaled - 1);
    case ResizeCoordinates::half_pixel_symmetric: {
      const double adjustment = static_cast<double>(out) / scaled;
      return size / 2 * (1 - adjustment) + (position + 0.5) / scale - 0.5;
    }
    case ResizeCoordinates::tf_crop_and_resize: {
      // roi holds the starts of all axes, then the ends.
      const double start = attributes->roi[axis];
      const double end = attributes->roi[kMaxRank + axis];
      const double crop = out == 1 ? (end - start) * (size - 1) / 2
                                   : position * (end - start) * (size - 1) / (static_cast<double>(out) - 1);
      const double at = out == 1 ? 0.5 * (start + end) * (size - 1) : crop + start * (size - 1);
      if (at < 0 || at > size - 1) return std::nullopt;
      return at;
    }
  }
  return position;
}

bool AxisMap::fill(int64_t x, int64_t* positions, double* weights) const {
  if (identity()) {
    positions[0] = x;
    weights[0] = 1;
    return true;
  }
  const std::optional<double> coordinate = source(x);
  if (!coordinate) return false;
  if (attributes->mode == ResizeMode::nearest) {
    positions[0] = std::clamp<int64_t>(nearest(*coordinate, attributes->nearest), 0, in - 1);
    weights[0] = 1;
    return true;
  }
  const double left = std::ceil(*coordinate) - 1;  // the ratio lies in (0, 1], as in ONNX's reference
  const double ratio = *coordinate - left;
  const double scale = kernel_scale(*attributes, axis);
  const int64_t first = first_tap(*attributes, axis);
  double sum = 0;
  for (int64_t i = 0; i < taps(); ++i) {
    const double distance = (static_cast<double>(first + i) - ratio) * scale;
    const int64_t position = static_cast<int64_t>(left) + first + i;
    const bool outside = position < 0 || position >= in;
    weights[i] =
        attributes->mode == ResizeMode::cubic ? cubic(distance, attributes->cubic_coefficient) : linear(distance);
    if (outside && attributes->exclude_outside) weights[i] = 0;
    positions[i] = std::clamp<int64_t>(position, 0, in - 1);
    sum += weights[i];
  }
  if (attributes->antialias || attributes->exclude_outside) {
    for (int64_t i = 0; i < taps(); ++i) weights[i] /= sum;
  }
  return true;
}

}  // namespace walle::kernels::resize
