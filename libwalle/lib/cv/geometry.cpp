#include "libwalle/lib/cv/geometry.h"

#include <algorithm>
#include <cmath>

namespace walle::cv {
namespace {

/// Solves A x = b by elimination with partial pivoting; A is N x N. False if singular.
template <size_t N>
bool solve(std::array<std::array<double, N + 1>, N>& m, std::array<double, N>& x) {
  for (size_t i = 0; i < N; ++i) {
    size_t pivot = i;
    for (size_t r = i + 1; r < N; ++r) {
      if (std::abs(m[r][i]) > std::abs(m[pivot][i])) pivot = r;
    }
    if (std::abs(m[pivot][i]) < 1e-12) return false;
    std::swap(m[i], m[pivot]);
    for (size_t r = 0; r < N; ++r) {
      if (r == i) continue;
      const double factor = m[r][i] / m[i][i];
      for (size_t c = i; c <= N; ++c) m[r][c] -= factor * m[i][c];
    }
  }
  for (size_t i = 0; i < N; ++i) x[i] = m[i][N] / m[i][i];
  return true;
}

tl::unexpected<Error> degenerate() {
  return fail(ErrorCode::invalid_argument,
              "the points do not fix a transformation: some of them coincide or lie on one line");
}

}  // namespace

Result<Matrix3> get_perspective_transform(const std::array<Point, 4>& src, const std::array<Point, 4>& dst) {
  std::array<std::array<double, 9>, 8> m{};
  for (size_t i = 0; i < 4; ++i) {
    m[i] = {src[i].x, src[i].y, 1, 0, 0, 0, -src[i].x * dst[i].x, -src[i].y * dst[i].x, dst[i].x};
    m[i + 4] = {0, 0, 0, src[i].x, src[i].y, 1, -src[i].x * dst[i].y, -src[i].y * dst[i].y, dst[i].y};
  }
  std::array<double, 8> x{};
  if (!solve<8>(m, x)) return degenerate();
  return Matrix3{x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], 1};
}

Result<Matrix3> get_affine_transform(const std::array<Point, 3>& src, const std::array<Point, 3>& dst) {
  std::array<std::array<double, 7>, 6> m{};
  for (size_t i = 0; i < 3; ++i) {
    m[i] = {src[i].x, src[i].y, 1, 0, 0, 0, dst[i].x};
    m[i + 3] = {0, 0, 0, src[i].x, src[i].y, 1, dst[i].y};
  }
  std::array<double, 6> x{};
  if (!solve<6>(m, x)) return degenerate();
  return Matrix3{x[0], x[1], x[2], x[3], x[4], x[5], 0, 0, 1};
}

Matrix3 get_rotation_matrix_2d(Point center, double degrees, double scale) {
  const double a = scale * std::cos(degrees * M_PI / 180);
  const double b = scale * std::sin(degrees * M_PI / 180);
  return {a, b, (1 - a) * center.x - b * center.y, -b, a, b * center.x + (1 - a) * center.y, 0, 0, 1};
}

Result<Matrix3> invert(const Matrix3& m) {
  const Matrix3 adjugate = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                            m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                            m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  const double determinant = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
  if (!(std::abs(determinant) > 1e-300))
    return fail(ErrorCode::invalid_argument, "the transformation matrix is singular");
  Matrix3 out = adjugate;
  for (double& v : out) v /= determinant;
  return out;
}

Point transform(const Matrix3& m, Point p) {
  const double w = m[6] * p.x + m[7] * p.y + m[8];
  const double s = w == 0 ? 0 : 1 / w;
  return {(m[0] * p.x + m[1] * p.y + m[2]) * s, (m[3] * p.x + m[4] * p.y + m[5]) * s};
}

namespace {

/// Reads pixels with a border rule.
template <class T>
struct Sampler {
  const Image& image;
  const WarpOptions& options;

  [[nodiscard]] double at(int64_t x, int64_t y, int64_t k) const {
    const int64_t sx = border_index(x, image.width, options.border);
    const int64_t sy = border_index(y, image.height, options.border);
    if (sx < 0 || sy < 0) return options.value[static_cast<size_t>(k)];
    return static_cast<double>(image.row<T>(sy)[sx * image.channels + k]);
  }

  void nearest(double x, double y, T* out) const {
    const auto ix = static_cast<int64_t>(std::nearbyint(x));
    const auto iy = static_cast<int64_t>(std::nearbyint(y));
    for (int64_t k = 0; k < image.channels; ++k) out[k] = saturate<T>(at(ix, iy, k));
  }

  void linear(double x, double y, T* out) const {
    const auto qx = static_cast<int64_t>(std::nearbyint(x * 32));
    const auto qy = static_cast<int64_t>(std::nearbyint(y * 32));
    const int64_t ix = qx >> 5;
    const int64_t iy = qy >> 5;
    const double tx = static_cast<double>(qx & 31) / 32;
    const double ty = static_cast<double>(qy & 31) / 32;
    for (int64_t k = 0; k < image.channels; ++k) {
      const double top = at(ix, iy, k) * (1 - tx) + at(ix + 1, iy, k) * tx;
      const double bottom = at(ix, iy + 1, k) * (1 - tx) + at(ix + 1, iy + 1, k) * tx;
      out[k] = saturate<T>(top * (1 - ty) + bottom * ty);
    }
  }

  static std::array<double, 4> cubic_weights(double t) {
    constexpr double a = -0.75;
    const double w0 = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
    const double w1 = ((a + 2) * t - (a + 3)) * t * t + 1;
    const double w2 = ((a + 2) * (1 - t) - (a + 3)) * (1 - t) * (1 - t) + 1;
    return {w0, w1, w2, 1 - w0 - w1 - w2};
  }

  void cubic(double x, double y, T* out) const {
    const auto qx = static_cast<int64_t>(std::nearbyint(x * 32));
    const auto qy = static_cast<int64_t>(std::nearbyint(y * 32));
    const auto wx = cubic_weights(static_cast<double>(qx & 31) / 32);
    const auto wy = cubic_weights(static_cast<double>(qy & 31) / 32);
    for (int64_t k = 0; k < image.channels; ++k) {
      double sum = 0;
      for (int64_t j = 0; j < 4; ++j) {
        for (int64_t i = 0; i < 4; ++i)
          sum += wy[static_cast<size_t>(j)] * wx[static_cast<size_t>(i)] * at((qx >> 5) - 1 + i, (qy >> 5) - 1 + j, k);
      }
      out[k] = saturate<T>(sum);
    }
  }
};

/// A source position by OpenCV's fixed-point rule for affine maps: products in 1/1024, rounded to 1/32 (nearest: 1).
Point affine_position(const Matrix3& m, int64_t x, int64_t y, bool whole) {
  const auto fixed = [](double v) { return static_cast<int64_t>(std::nearbyint(std::clamp(v, -1e9, 1e9) * 1024)); };
  const int64_t px = fixed(m[0] * static_cast<double>(x)) + fixed(m[1] * static_cast<double>(y) + m[2]);
  const int64_t py = fixed(m[3] * static_cast<double>(x)) + fixed(m[4] * static_cast<double>(y) + m[5]);
  if (whole) return {static_cast<double>((px + 512) >> 10), static_cast<double>((py + 512) >> 10)};
  return {static_cast<double>((px + 16) >> 5) / 32, static_cast<double>((py + 16) >> 5) / 32};
}

template <class T>
void warp(const Image& image, Image& out, const Matrix3& inverse, const WarpOptions& options) {
  const Sampler<T> sampler{image, options};
  const double far = static_cast<double>(kMaxSide) * 4;
  for (int64_t y = 0; y < out.height; ++y) {
    T* to = out.row<T>(y);
    for (int64_t x = 0; x < out.width; ++x, to += out.channels) {
      Point p = options.affine ? affine_position(inverse, x, y, options.interpolation == Interpolation::nearest)
                               : transform(inverse, {static_cast<double>(x), static_cast<double>(y)});
      p.x = std::isfinite(p.x) ? std::clamp(p.x, -far, far) : -far;
      p.y = std::isfinite(p.y) ? std::clamp(p.y, -far, far) : -far;
      if (options.interpolation == Interpolation::nearest) {
        sampler.nearest(p.x, p.y, to);
      } else if (options.interpolation == Interpolation::cubic) {
        sampler.cubic(p.x, p.y, to);
      } else {
        sampler.linear(p.x, p.y, to);
      }
    }
  }
}

}  // namespace

Result<np::Array> warp_perspective(const np::Array& array, const Matrix3& matrix, int64_t width, int64_t height,
                                   const WarpOptions& options) {
  const Image image = WALLE_TRY(to_image(array));
  const Matrix3 inverse = options.inverse_map ? matrix : WALLE_TRY(invert(matrix));
  Image out = WALLE_TRY(new_like(image, height, width));
  for_pixel(image.dtype(), [&](auto zero) { warp<decltype(zero)>(image, out, inverse, options); });
  return out.array;
}

Result<np::Array> rotate(const np::Array& array, int code) {
  const Image image = WALLE_TRY(to_image(array));
  const bool quarter = code != 1;
  Image out =
      WALLE_TRY(quarter ? new_like(image, image.width, image.height) : new_like(image, image.height, image.width));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t y = 0; y < out.height; ++y) {
      for (int64_t x = 0; x < out.width; ++x) {
        const int64_t sx = code == 0 ? y : (code == 1 ? image.width - 1 - x : image.width - 1 - y);
        const int64_t sy = code == 0 ? image.height - 1 - x : (code == 1 ? image.height - 1 - y : x);
        std::copy_n(image.row<T>(sy) + sx * image.channels, image.channels, out.row<T>(y) + x * image.channels);
      }
    }
  });
  return out.array;
}

Result<np::Array> flip(const np::Array& array, int code) {
  const Image image = WALLE_TRY(to_image(array));
  Image out = WALLE_TRY(new_like(image, image.height, image.width));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t y = 0; y < out.height; ++y) {
      for (int64_t x = 0; x < out.width; ++x) {
        const int64_t sx = code != 0 ? image.width - 1 - x : x;
        const int64_t sy = code <= 0 ? image.height - 1 - y : y;
        std::copy_n(image.row<T>(sy) + sx * image.channels, image.channels, out.row<T>(y) + x * image.channels);
      }
    }
  });
  return out.array;
}

Result<np::Array> copy_make_border(const np::Array& array, int64_t top, int64_t bottom, int64_t left, int64_t right,
                                   Border border, const std::array<double, 4>& value) {
  const Image image = WALLE_TRY(to_image(array));
  if (std::min({top, bottom, left, right}) < 0 || std::max({top, bottom, left, right}) > kMaxSide)
    return fail(ErrorCode::invalid_argument, "borders must be 0 or more");
  Image out = WALLE_TRY(new_like(image, image.height + top + bottom, image.width + left + right));
  for_pixel(image.dtype(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t y = 0; y < out.height; ++y) {
      for (int64_t x = 0; x < out.width; ++x) {
        const int64_t sx = border_index(x - left, image.width, border);
        const int64_t sy = border_index(y - top, image.height, border);
        for (int64_t k = 0; k < image.channels; ++k) {
          out.row<T>(y)[x * image.channels + k] =
              sx < 0 || sy < 0 ? saturate<T>(value[static_cast<size_t>(k)]) : image.row<T>(sy)[sx * image.channels + k];
        }
      }
    }
  });
  return out.array;
}

}  // namespace walle::cv
