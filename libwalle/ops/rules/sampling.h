#pragma once

#include "libwalle/ops/rules/formula.h"

// Images read at real coordinates: GridSample, RoiAlign, DeformConv.
namespace walle::ops::rules {

enum class Interpolation : uint8_t { nearest, linear, cubic };
enum class Border : uint8_t { zeros, border, reflection };

/// Images as rows of pixels, and how what lies between and outside of them is read.
struct Images {
  Term pixels;  ///< [images · area, channels]
  Ints sizes;   ///< of the spatial axes
  Interpolation interpolation{};
  Border border{};
  bool align_corners = false;  ///< reflection turns at the middle of the outermost pixels, else at their edges
};

/// [N, C, spatial…] as [N · area, C].
[[nodiscard]] Term pixel_rows(Term images);
/// The pixels around each point times their weights, which add up to the value there: 1, 2 or 4 for each spatial axis.
/// first_row: the row of each point's image (i64). coordinates: one term for each spatial axis, in pixels; all
/// broadcast together to the points' shape P. Each answer is [P…, channels] in the coordinates' dtype.
[[nodiscard]] std::vector<Term> weighted_pixels(const Images& images, Term first_row, std::vector<Term> coordinates);
/// Their sum.
[[nodiscard]] Term sample(const Images& images, Term first_row, std::vector<Term> coordinates);
/// f64 stays, all else is sampled in f32.
[[nodiscard]] DType sampling_dtype(DType dtype);

}  // namespace walle::ops::rules
