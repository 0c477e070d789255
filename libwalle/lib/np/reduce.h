#pragma once

#include <optional>

#include "libwalle/lib/np/array.h"

namespace walle::np {

/// Over which axes (all without), and whether they stay as size 1.
struct ReduceOptions {
  std::optional<Dims> axes;
  bool keep_dims = false;
  std::optional<DType> dtype;  ///< of sum and prod; default as NumPy: small integers and bool widen to 64 bits
};

// Sums of float32 and narrower are taken in float64, so results are at least as exact as NumPy's pairwise ones.
// Errors: invalid_argument for axes, and for min, max, argmin, argmax without elements.
[[nodiscard]] Result<Array> sum(const Array& a, const ReduceOptions& options = {});
[[nodiscard]] Result<Array> prod(const Array& a, const ReduceOptions& options = {});
[[nodiscard]] Result<Array> min(const Array& a, const ReduceOptions& options = {});  ///< NaN wins
[[nodiscard]] Result<Array> max(const Array& a, const ReduceOptions& options = {});
[[nodiscard]] Result<Array> any(const Array& a, const ReduceOptions& options = {});
[[nodiscard]] Result<Array> all(const Array& a, const ReduceOptions& options = {});
[[nodiscard]] Result<Array> mean(const Array& a, const ReduceOptions& options = {});
[[nodiscard]] Result<Array> var(const Array& a, const ReduceOptions& options = {}, double ddof = 0);
[[nodiscard]] Result<Array> std_dev(const Array& a, const ReduceOptions& options = {}, double ddof = 0);

/// Position (int64) of the first smallest / largest element, NaN first; of the flattened array without axis.
[[nodiscard]] Result<Array> arg_min(const Array& a, std::optional<int64_t> axis, bool keep_dims);
[[nodiscard]] Result<Array> arg_max(const Array& a, std::optional<int64_t> axis, bool keep_dims);

/// Running sum and product along an axis, or of the flattened array; dtypes as sum.
[[nodiscard]] Result<Array> cumulative_sum(const Array& a, std::optional<int64_t> axis, std::optional<DType> dtype);
[[nodiscard]] Result<Array> cumulative_prod(const Array& a, std::optional<int64_t> axis, std::optional<DType> dtype);

}  // namespace walle::np
