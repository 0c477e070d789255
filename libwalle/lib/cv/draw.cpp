#include "libwalle/lib/cv/draw.h"

#include <algorithm>
#include <cmath>

namespace walle::cv {
namespace {

Result<Image> canvas(np::Array& array) {
  if (!array.is_contiguous() || !array.writable())
    return fail(ErrorCode::invalid_argument, "drawing needs a contiguous, writable image; draw on image.copy()");
  return to_image(array);
}

/// Writes pixels of one colour, clipped.
class Brush {
 public:
  Brush(Image& image, const Color& color) : image_(image), color_(color) {}

  void span(int64_t y, int64_t x0, int64_t x1) {
    if (y < 0 || y >= image_.height) return;
    x0 = std::max<int64_t>(x0, 0);
    x1 = std::min(x1, image_.width - 1);
    for_pixel(image_.dtype(), [&](auto zero) {
      using T = decltype(zero);
      T* row = image_.row<T>(y);
      for (int64_t x = x0; x <= x1; ++x) {
        for (int64_t k = 0; k < image_.channels; ++k)
          row[x * image_.channels + k] = saturate<T>(color_[static_cast<size_t>(k)]);
      }
    });
  }

  void disc(double cx, double cy, double radius) {
    const auto top = static_cast<int64_t>(std::ceil(cy - radius));
    const auto bottom = static_cast<int64_t>(std::floor(cy + radius));
    for (int64_t y = std::max<int64_t>(top, 0); y <= std::min(bottom, image_.height - 1); ++y) {
      const double dy = static_cast<double>(y) - cy;
      const double half = std::sqrt(std::max(radius * radius - dy * dy, 0.0));
      span(y, static_cast<int64_t>(std::ceil(cx - half)), static_cast<int64_t>(std::floor(cx + half)));
    }
  }

  void stroke(Point a, Point b, int64_t thickness) {
    if (!clip(a, b)) return;
    const double steps = std::max({std::abs(b.x - a.x), std::abs(b.y - a.y), 1.0});
    const double radius = static_cast<double>(thickness) / 2;
    for (double t = 0; t <= steps; t += 1) {
      const double x = a.x + (b.x - a.x) * t / steps;
      const double y = a.y + (b.y - a.y) * t / steps;
      if (thickness <= 1) {
        const auto ix = static_cast<int64_t>(std::lround(x));
        span(static_cast<int64_t>(std::lround(y)), ix, ix);
      } else {
        disc(std::round(x), std::round(y), radius);
      }
    }
  }

 private:
  /// Cuts the segment to a frame around the image (Liang and Barsky), so that far points cost nothing.
  bool clip(Point& a, Point& b) const {
    const double margin = 512;
    const double w = static_cast<double>(image_.width) + margin;
    const double h = static_cast<double>(image_.height) + margin;
    if (!std::isfinite(a.x + a.y + b.x + b.y)) return false;
    double t0 = 0;
    double t1 = 1;
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const std::array<std::array<double, 2>, 4> edges = {
        {{-dx, a.x + margin}, {dx, w - a.x}, {-dy, a.y + margin}, {dy, h - a.y}}};
    for (const auto& [p, q] : edges) {
      if (p == 0 && q < 0) return false;
      if (p == 0) continue;
      if (p < 0) t0 = std::max(t0, q / p);
      if (p > 0) t1 = std::min(t1, q / p);
    }
    if (t0 > t1) return false;
    b = {a.x + t1 * dx, a.y + t1 * dy};
    a = {a.x + t0 * dx, a.y + t0 * dy};
    return true;
  }

  Image& image_;
  const Color& color_;
};

void fill_inside(Brush& brush, const Image& image, const std::vector<Contour>& polygons) {
  std::vector<double> crossings;
  for (int64_t y = 0; y < image.height; ++y) {
    crossings.clear();
    const auto at = static_cast<double>(y);
    for (const Contour& c : polygons) {
      for (size_t i = 0; i < c.size(); ++i) {
        const Point& a = c[i];
        const Point& b = c[(i + 1) % c.size()];
        if ((a.y <= at) != (b.y <= at)) crossings.push_back(a.x + (at - a.y) * (b.x - a.x) / (b.y - a.y));
      }
    }
    std::sort(crossings.begin(), crossings.end());
    for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const double x0 = std::clamp(crossings[i], -1.0, static_cast<double>(image.width));
      const double x1 = std::clamp(crossings[i + 1], -1.0, static_cast<double>(image.width));
      brush.span(y, static_cast<int64_t>(std::ceil(x0)), static_cast<int64_t>(std::floor(x1)));
    }
  }
}

}  // namespace

Status fill_poly(np::Array& array, const std::vector<Contour>& polygons, const Color& color) {
  Image image = WALLE_TRY(canvas(array));
  Brush brush(image, color);
  fill_inside(brush, image, polygons);
  return polylines(array, polygons, true, color, 1);
}

Status polylines(np::Array& array, const std::vector<Contour>& lines, bool closed, const Color& color,
                 int64_t thickness) {
  Image image = WALLE_TRY(canvas(array));
  if (thickness < 1 || thickness > 255) return fail(ErrorCode::invalid_argument, "thickness must be 1 to 255");
  Brush brush(image, color);
  for (const Contour& c : lines) {
    for (size_t i = closed ? 0 : 1; i < c.size(); ++i) brush.stroke(c[(i + c.size() - 1) % c.size()], c[i], thickness);
  }
  return {};
}

Status line(np::Array& array, Point a, Point b, const Color& color, int64_t thickness) {
  return polylines(array, {{a, b}}, false, color, thickness);
}

Status rectangle(np::Array& array, Point a, Point b, const Color& color, int64_t thickness) {
  const Contour box = {a, {b.x, a.y}, b, {a.x, b.y}};
  return thickness < 0 ? fill_poly(array, {box}, color) : polylines(array, {box}, true, color, thickness);
}

Status circle(np::Array& array, Point center, double radius, const Color& color, int64_t thickness) {
  Image image = WALLE_TRY(canvas(array));
  if (!(radius >= 0) || radius > static_cast<double>(kMaxSide))
    return fail(ErrorCode::invalid_argument, "the radius must be 0 to 32768");
  if (thickness < 0) {
    Brush(image, color).disc(center.x, center.y, radius);
    return {};
  }
  Contour outline;
  const int64_t corners = std::max<int64_t>(8, static_cast<int64_t>(radius * 4));
  for (int64_t i = 0; i < corners; ++i) {
    const double t = 2 * M_PI * static_cast<double>(i) / static_cast<double>(corners);
    outline.push_back({center.x + radius * std::cos(t), center.y + radius * std::sin(t)});
  }
  return polylines(array, {outline}, true, color, thickness);
}

}  // namespace walle::cv
