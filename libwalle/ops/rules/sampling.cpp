#include "libwalle/ops/rules/sampling.h"

#include "libwalle/ops/rules/regions.h"

namespace walle::ops::rules {
namespace {

/// One neighbour of each point along one axis: its index, and its weight.
struct Tap {
  Term index;  ///< i64, inside
  Term weight;
};

/// x mirrored at both ends of [low, high] until it is inside.
Term reflected(Term x, double low, double high) {
  const double range = high - low;
  if (range <= 0) return x * 0.0 + low;
  const Term distance = (x - low).apply("Abs");
  const Term rest = x.formula().op("Mod", {distance, x.formula().number(x.dtype(), 2 * range)}, {{"fmod", int64_t{1}}});
  return where(compare("Greater", rest, range), 2 * range - rest, rest) + low;
}

struct Ends {
  double low, high;
};

Ends ends_of(const Images& images, int64_t size) {
  const double half = images.align_corners ? 0 : 0.5;
  return {-half, static_cast<double>(size) - 1 + half};
}

/// The point itself brought inside, as the border asks.
Term inside(const Images& images, Term x, int64_t size) {
  const auto [low, high] = ends_of(images, size);
  // Cubic weights near a border are those of the point where it is: only its taps are brought inside.
  const bool outside_counts = images.border == Border::border && images.interpolation == Interpolation::cubic;
  if (images.border == Border::zeros || outside_counts) return x;
  if (images.border == Border::reflection) return reflected(x, low, high);
  const Term below = compare("Less", x, low);
  const Term above = compare("Greater", x, high);
  return where(x.formula().op("Or", {below, above}), clamp(x, 0, static_cast<double>(size) - 1), x);
}

Tap tap(const Images& images, Term position, Term weight, int64_t size) {
  const double last = static_cast<double>(size) - 1;
  if (images.border == Border::reflection) {
    const auto [low, high] = ends_of(images, size);
    position = reflected(position, low, high);
  } else if (images.border == Border::zeros) {
    const Term from = compare("GreaterOrEqual", position, 0.0);
    const Term to = compare("LessOrEqual", position, last);
    weight = weight * position.formula().op("And", {from, to}).cast(weight.dtype());
  }
  return {clamp(position, 0, last).cast(DType::i64), weight};
}

/// Keys' kernel with coefficient -0.75 at distance d: 1 ≤ d ≤ 2 for the outer, 0 ≤ d ≤ 1 for the inner taps.
Term cubic_weight(Term d, bool outer) {
  constexpr double a = -0.75;
  if (outer) return ((d * a - 5 * a) * d + 8 * a) * d - 4 * a;
  return (d * (a + 2) - (a + 3)) * d * d + 1.0;
}

std::vector<Tap> taps(const Images& images, Term x, int64_t size) {
  if (images.interpolation == Interpolation::nearest) {
    const Term position = inside(images, x.apply("Round"), size);
    return {tap(images, position, x.formula().number(x.dtype(), 1), size)};
  }
  const Term position = inside(images, x, size);
  const Term floor = position.apply("Floor");
  const Term rest = position - floor;
  if (images.interpolation == Interpolation::linear)
    return {tap(images, floor, 1.0 - rest, size), tap(images, floor + 1.0, rest, size)};
  return {tap(images, floor - 1.0, cubic_weight(rest + 1.0, true), size),
          tap(images, floor, cubic_weight(rest, false), size),
          tap(images, floor + 1.0, cubic_weight(1.0 - rest, false), size),
          tap(images, floor + 2.0, cubic_weight(2.0 - rest, true), size)};
}

}  // namespace

DType sampling_dtype(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

Term pixel_rows(Term images) {
  const Ints dims = images.dims();
  if (dims.size() < 2) return images;
  Ints perm = {0};
  for (size_t i = 2; i < dims.size(); ++i) perm.push_back(static_cast<int64_t>(i));
  perm.push_back(1);
  return images.transpose(perm).reshape({count(dims) / std::max<int64_t>(dims[1], 1), dims[1]});
}

std::vector<Term> weighted_pixels(const Images& images, Term first_row, std::vector<Term> coordinates) {
  std::vector<Tap> corners;
  const Ints steps = strides(images.sizes);
  for (size_t axis = 0; axis < coordinates.size(); ++axis) {
    std::vector<Tap> next;
    for (const Tap& one : taps(images, coordinates[axis], images.sizes[axis])) {
      const Term row = one.index * static_cast<double>(steps[axis]);
      if (axis == 0) next.push_back({first_row + row, one.weight});
      for (const Tap& corner : corners) next.push_back({corner.index + row, corner.weight * one.weight});
    }
    corners = std::move(next);
  }
  std::vector<Term> result;
  Formula& f = first_row.formula();
  for (const Tap& corner : corners) {
    Ints dims = corner.index.dims();
    dims.push_back(1);
    const Term weight = corner.weight.expand(corner.index.dims()).reshape(dims);
    const Term value = f.op("Gather", {images.pixels, corner.index}, {{"axis", int64_t{0}}});
    result.push_back(value.cast(weight.dtype()) * weight);
  }
  return result;
}

Term sample(const Images& images, Term first_row, std::vector<Term> coordinates) {
  const std::vector<Term> parts = weighted_pixels(images, first_row, std::move(coordinates));
  Term sum = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) sum = sum + parts[i];
  return sum;
}

}  // namespace walle::ops::rules
