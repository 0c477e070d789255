#include <algorithm>
#include <cstring>

#include "kernels/support/def.h"
#include "kernels/support/rows.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

/// Dense operands: [outer, bound, row] and [indices] → [outer, indices, row]; rows are copied whole.
struct Plan {
  int64_t outer = 1, bound = 0, indices = 1, row_bytes = 0;
  int64_t rows_per_tile = 1;
};

Plan plan_of(const Problem& p) {
  const Operand& x = p.operands[0];
  const size_t axis = axis_of(std::get<GatherAttributes>(p.attributes).axis, x.dims.size());
  Plan plan;
  int64_t row = 1;
  for (size_t i = 0; i < axis; ++i) plan.outer *= x.dims[i];
  for (size_t i = axis + 1; i < x.dims.size(); ++i) row *= x.dims[i];
  plan.bound = x.dims[axis];
  plan.indices = p.operands[1].count();
  plan.row_bytes = bytes_of(x.dtype, row);
  plan.rows_per_tile = std::max<int64_t>(1, kTileElements * 4 / std::max<int64_t>(plan.row_bytes, 1));
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const DType indices = p.operands[1].dtype;
  if (x.dims.empty() || x.dtype != p.results[0].dtype || bits_of(x.dtype) < 8) return Refusal{"packed or other dtypes"};
  if (indices != DType::i32 && indices != DType::i64) return Refusal{"the indices are not i32 or i64"};
  if (!x.contiguous() || !p.operands[1].contiguous() || !p.results[0].contiguous()) {
    return Refusal{"an operand that is not dense"};
  }
  return refuse_if(plan_of(p).row_bytes < 16, "rows of less than 16 bytes");
}

Work work(const Problem& p, const Params&) {
  const double bytes = 2 * static_cast<double>(bytes_of(p.results[0].dtype, p.results[0].count()));
  return {.operations = bytes / 4, .bytes = bytes, .steps = 1};
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return std::max<int64_t>(1, (plan.outer * plan.indices + plan.rows_per_tile - 1) / plan.rows_per_tile);
}

void run(const Arguments& a, TileRange range) noexcept {
  const Problem& p = *a.problem;
  const Plan plan = plan_of(p);
  const auto* x = static_cast<const std::byte*>(a.operands[0]);
  auto* y = static_cast<std::byte*>(a.results[0]);
  const auto size = static_cast<size_t>(plan.row_bytes);
  const int64_t end = std::min(plan.outer * plan.indices, range.end * plan.rows_per_tile);
  for (int64_t row = range.begin * plan.rows_per_tile; row < end; ++row) {
    auto index = load_as<int64_t>(p.operands[1].dtype, a.operands[1], row % plan.indices);
    if (index < 0) index += plan.bound;
    std::byte* destination = y + row * plan.row_bytes;
    if (index < 0 || index >= plan.bound)
      std::memset(destination, 0, size);
    else
      std::memcpy(destination, x + (row / plan.indices * plan.bound + index) * plan.row_bytes, size);
  }
}

}  // namespace

extern const KernelDef kGatherRowHwy;
const KernelDef kGatherRowHwy = {.name = "gather_row_hwy",
                                 .family = Family::gather,
                                 .variant = "hwy",
                                 .accepts = accepts,
                                 .work = work,
                                 .tiles = tiles,
                                 .run = run};

}  // namespace walle::kernels
