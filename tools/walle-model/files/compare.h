#pragma once

#include <walle/engine/tensor.h>

namespace walle::workbench {

/// How two tensors differ. `absolute`: the largest difference of two elements; infinite where shapes differ, or only
/// one of two elements is finite. `relative`: that over the largest magnitude in `a`.
struct Difference {
  double absolute = 0;
  double relative = 0;

  /// Values near zero differ relatively by much and mean nothing: below `floor` they pass.
  [[nodiscard]] bool within(double tolerance, double floor) const { return relative <= tolerance || absolute <= floor; }
};

/// Compares as numbers; the dtypes may differ.
[[nodiscard]] Difference difference(const engine::Tensor& a, const engine::Tensor& b);

}  // namespace walle::workbench
