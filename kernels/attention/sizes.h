#pragma once

#include <optional>

#include "kernels/abi/kernel.h"

namespace walle::kernels::attention {

/// What an attention problem says: for each batch q [queries x depth], k [depth x keys], v [keys x width].
struct Sizes {
  size_t rank = 0;
  int64_t batches = 1, queries = 0, keys = 0, depth = 0, width = 0;
};
/// Requires: check(problem) is nullopt.
[[nodiscard]] Sizes sizes_of(const Problem& problem);

/// Why the problem is none of the family; nullopt: it is one.
[[nodiscard]] std::optional<Refusal> check(const Problem& problem);

/// The mask, or null.
[[nodiscard]] const Operand* mask_of(const Problem& problem);

/// Element offset of batch `index` in an operand or result; `dims`: those of the result.
[[nodiscard]] int64_t batch_offset(const Operand& operand, const Extents& dims, int64_t index);

/// Multiplications and additions, softmax as `softmax_operations` for each score, for `rows` queries of each batch.
[[nodiscard]] double operations(const Sizes& sizes, double rows, double softmax_operations);

}  // namespace walle::kernels::attention
