#include "libwalle/lib/cv/shape.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace walle::cv {
namespace {

double cross(const Point& o, const Point& a, const Point& b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

double segment_distance(const Point& p, const Point& a, const Point& b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/// Marks the points of [from, to] (cyclic) that stay. Iterative, so that long chains need no stack.
void douglas_peucker(const Contour& c, size_t from, size_t to, double epsilon, std::vector<bool>& stays) {
  std::vector<std::pair<size_t, size_t>> open = {{from, to}};
  while (!open.empty()) {
    const auto [a, b] = open.back();
    open.pop_back();
    double worst = 0;
    size_t at = a;
    for (size_t i = a + 1; i < b; ++i) {
      const double d = segment_distance(c[i % c.size()], c[a % c.size()], c[b % c.size()]);
      if (d > worst) {
        worst = d;
        at = i;
      }
    }
    if (worst <= epsilon) continue;
    stays[at % c.size()] = true;
    open.emplace_back(a, at);
    open.emplace_back(at, b);
  }
}

size_t farthest_from(const Contour& c, size_t from) {
  size_t best = from;
  double distance = -1;
  for (size_t i = 0; i < c.size(); ++i) {
    const double d = std::hypot(c[i].x - c[from].x, c[i].y - c[from].y);
    if (d > distance) {
      distance = d;
      best = i;
    }
  }
  return best;
}

}  // namespace

double contour_area(const Contour& contour, bool oriented) {
  double sum = 0;
  for (size_t i = 0; i < contour.size(); ++i) {
    const Point& a = contour[i];
    const Point& b = contour[(i + 1) % contour.size()];
    sum += a.x * b.y - b.x * a.y;
  }
  return oriented ? sum / 2 : std::abs(sum) / 2;
}

double arc_length(const Contour& contour, bool closed) {
  double sum = 0;
  for (size_t i = closed ? 0 : 1; i < contour.size(); ++i) {
    const Point& a = contour[(i + contour.size() - 1) % contour.size()];
    sum += std::hypot(contour[i].x - a.x, contour[i].y - a.y);
  }
  return sum;
}

Rect bounding_rect(const Contour& contour) {
  if (contour.empty()) return {};
  double x0 = contour[0].x;
  double x1 = x0;
  double y0 = contour[0].y;
  double y1 = y0;
  for (const Point& p : contour) {
    x0 = std::min(x0, p.x);
    x1 = std::max(x1, p.x);
    y0 = std::min(y0, p.y);
    y1 = std::max(y1, p.y);
  }
  const auto left = static_cast<int64_t>(std::floor(x0));
  const auto top = static_cast<int64_t>(std::floor(y0));
  return {left, top, static_cast<int64_t>(std::floor(x1)) - left + 1, static_cast<int64_t>(std::floor(y1)) - top + 1};
}

Contour convex_hull(Contour points) {
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  points.erase(std::unique(points.begin(), points.end(),
                           [](const Point& a, const Point& b) { return a.x == b.x && a.y == b.y; }),
               points.end());
  if (points.size() < 3) return points;
  Contour hull;
  for (int pass = 0; pass < 2; ++pass) {
    const size_t start = hull.size();
    for (const Point& p : points) {
      while (hull.size() >= start + 2 && cross(hull[hull.size() - 2], hull.back(), p) <= 0) hull.pop_back();
      hull.push_back(p);
    }
    hull.pop_back();
    std::reverse(points.begin(), points.end());
  }
  return hull;
}

Result<RotatedRect> min_area_rect(const Contour& contour) {
  if (contour.empty()) return fail(ErrorCode::invalid_argument, "minAreaRect needs at least one point");
  const Contour hull = convex_hull(contour);
  RotatedRect best{hull[0], 0, 0, 90};
  double best_area = std::numeric_limits<double>::infinity();
  for (size_t i = 0; hull.size() > 1 && i < hull.size(); ++i) {
    const Point& a = hull[i];
    const Point& b = hull[(i + 1) % hull.size()];
    const double angle = std::atan2(b.y - a.y, b.x - a.x);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    double u0 = std::numeric_limits<double>::infinity();
    double u1 = -u0;
    double v0 = u0;
    double v1 = -u0;
    for (const Point& p : hull) {
      const double u = c * p.x + s * p.y;
      const double v = -s * p.x + c * p.y;
      u0 = std::min(u0, u);
      u1 = std::max(u1, u);
      v0 = std::min(v0, v);
      v1 = std::max(v1, v);
    }
    const double area = (u1 - u0) * (v1 - v0);
    if (area >= best_area - 1e-9) continue;
    best_area = area;
    const double u = (u0 + u1) / 2;
    const double v = (v0 + v1) / 2;
    best = {{c * u - s * v, s * u + c * v}, u1 - u0, v1 - v0, angle * 180 / M_PI};
  }
  while (best.degrees <= 1e-9) {
    best.degrees += 90;
    std::swap(best.width, best.height);
  }
  while (best.degrees > 90 + 1e-9) {
    best.degrees -= 90;
    std::swap(best.width, best.height);
  }
  return best;
}

std::array<Point, 4> box_points(const RotatedRect& rect) {
  const double a = std::sin(rect.degrees * M_PI / 180) / 2;
  const double b = std::cos(rect.degrees * M_PI / 180) / 2;
  const Point& c = rect.center;
  const Point p0{c.x - a * rect.height - b * rect.width, c.y + b * rect.height - a * rect.width};
  const Point p1{c.x + a * rect.height - b * rect.width, c.y - b * rect.height - a * rect.width};
  return {p0, p1, {2 * c.x - p0.x, 2 * c.y - p0.y}, {2 * c.x - p1.x, 2 * c.y - p1.y}};
}

Contour approx_poly_dp(const Contour& contour, double epsilon, bool closed) {
  if (contour.size() < 3) return contour;
  std::vector<bool> stays(contour.size(), false);
  if (closed) {
    const size_t a = farthest_from(contour, farthest_from(contour, 0));
    const size_t b = farthest_from(contour, a);
    stays[a] = stays[b] = true;
    const size_t n = contour.size();
    douglas_peucker(contour, a, b > a ? b : b + n, epsilon, stays);
    douglas_peucker(contour, b, a > b ? a : a + n, epsilon, stays);
  } else {
    stays.front() = stays.back() = true;
    douglas_peucker(contour, 0, contour.size() - 1, epsilon, stays);
  }
  Contour out;
  for (size_t i = 0; i < contour.size(); ++i) {
    if (stays[i]) out.push_back(contour[i]);
  }
  return out;
}

double point_polygon_test(const Contour& contour, Point p, bool distance) {
  bool inside = false;
  double nearest = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < contour.size(); ++i) {
    const Point& a = contour[i];
    const Point& b = contour[(i + 1) % contour.size()];
    nearest = std::min(nearest, segment_distance(p, a, b));
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  }
  if (nearest == 0) return 0;
  return (inside ? 1 : -1) * (distance ? nearest : 1);
}

Moments moments(const Contour& contour) {
  Moments m;
  for (size_t i = 0; i < contour.size(); ++i) {
    const Point& p = contour[i];
    const Point& q = contour[(i + 1) % contour.size()];
    const double d = p.x * q.y - q.x * p.y;
    m.m00 += d;
    m.m10 += d * (p.x + q.x);
    m.m01 += d * (p.y + q.y);
    m.m20 += d * (p.x * p.x + p.x * q.x + q.x * q.x);
    m.m02 += d * (p.y * p.y + p.y * q.y + q.y * q.y);
    m.m11 += d * (2 * p.x * p.y + p.x * q.y + q.x * p.y + 2 * q.x * q.y);
    m.m30 += d * (p.x + q.x) * (p.x * p.x + q.x * q.x);
    m.m03 += d * (p.y + q.y) * (p.y * p.y + q.y * q.y);
    m.m21 += d * (p.x * p.x * (3 * p.y + q.y) + 2 * p.x * q.x * (p.y + q.y) + q.x * q.x * (p.y + 3 * q.y));
    m.m12 += d * (p.y * p.y * (3 * p.x + q.x) + 2 * p.y * q.y * (p.x + q.x) + q.y * q.y * (p.x + 3 * q.x));
  }
  const double sign = m.m00 < 0 ? -1 : 1;
  return {sign * m.m00 / 2,  sign * m.m10 / 6,  sign * m.m01 / 6,  sign * m.m20 / 12, sign * m.m11 / 24,
          sign * m.m02 / 12, sign * m.m30 / 20, sign * m.m21 / 60, sign * m.m12 / 60, sign * m.m03 / 20};
}

}  // namespace walle::cv
