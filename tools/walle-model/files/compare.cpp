#include "tools/walle-model/files/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/support/scalar.h"

namespace walle::workbench {

Difference difference(const engine::Tensor& a, const engine::Tensor& b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.dims() != b.dims()) return {kInfinity, kInfinity};
  double scale = 0;
  Difference out;
  for (int64_t i = 0; i < a.count(); ++i) {
    const auto x = kernels::load_as<double>(a.dtype(), a.data(), i);
    const auto y = kernels::load_as<double>(b.dtype(), b.data(), i);
    if (x == y || (std::isnan(x) && std::isnan(y))) {
      if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
      continue;
    }
    if (!std::isfinite(x) || !std::isfinite(y)) return {kInfinity, kInfinity};
    scale = std::max(scale, std::abs(x));
    out.absolute = std::max(out.absolute, std::abs(x - y));
  }
  if (out.absolute > 0) out.relative = out.absolute / std::max(scale, 1e-30);
  return out;
}

}  // namespace walle::workbench
