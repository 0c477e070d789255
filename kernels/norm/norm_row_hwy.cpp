#include <cmath>

#include "kernels/simd/row_functions.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const NormAttributes& attributes_of(const Problem& p) { return std::get<NormAttributes>(p.attributes); }

/// Strides of the axes from `axis` on: dense (1), all 0 (0), or neither (-1).
int group_step(const Operand& operand, size_t axis) {
  int64_t expected = 1;
  bool dense = true;
  bool still = true;
  for (size_t i = operand.dims.size(); i-- > axis;) {
    if (operand.dims[i] == 1) continue;
    dense = dense && operand.strides[i] == expected;
    still = still && operand.strides[i] == 0;
    expected *= operand.dims[i];
  }
  return dense ? 1 : (still ? 0 : -1);
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  if (x.dims != p.results[0].dims || x.dims.empty() || x.count() == 0)
    return Refusal{"an empty operand or other shapes"};
  const size_t axis = axis_of(attributes_of(p).axis, x.dims.size());
  if (x.dtype != DType::f32 || p.results[0].dtype != DType::f32) return Refusal{"only f32"};
  if (group_step(x, axis) != 1 || group_step(p.results[0], axis) != 1) return Refusal{"the group is not dense"};
  for (size_t i = 1; i < 3; ++i) {
    if (!has_operand(p, i)) continue;
    if (p.operands[i].dtype != DType::f32 || p.operands[i].dims != x.dims) return Refusal{"scale or bias do not fit"};
    if (group_step(p.operands[i], axis) < 0) return Refusal{"scale or bias is neither dense nor one value"};
  }
  return std::nullopt;
}

Work work(const Problem& p, const Params&) {
  return {.operations = 8 * static_cast<double>(p.results[0].count()), .bytes = 2 * traffic_of(p), .steps = 1};
}

int64_t groups(const Problem& p) {
  const size_t axis = axis_of(attributes_of(p).axis, p.operands[0].dims.size());
  int64_t count = 1;
  for (size_t i = 0; i < axis; ++i) count *= p.operands[0].dims[i];
  return count;
}

int64_t groups_per_tile(const Problem& p) {
  return std::max<int64_t>(1, kTileElements / std::max<int64_t>(1, p.operands[0].count() / groups(p)));
}

int64_t tiles(const Problem& p, const Params&) { return (groups(p) + groups_per_tile(p) - 1) / groups_per_tile(p); }

int64_t offset_in(const Operand& operand, size_t axis, int64_t group) {
  int64_t offset = 0;
  for (size_t i = axis; i-- > 0;) {
    offset += group % operand.dims[i] * operand.strides[i];
    group /= operand.dims[i];
  }
  return offset;
}

void run_group(const Arguments& a, size_t axis, int64_t group, size_t size) {
  const Problem& p = *a.problem;
  const NormAttributes& attributes = attributes_of(p);
  const RowFunctions& f = row_functions();
  const float* x = static_cast<const float*>(a.operands[0]) + offset_in(p.operands[0], axis, group);
  float* y = static_cast<float*>(a.results[0]) + offset_in(p.results[0], axis, group);
  const float mean = attributes.rms ? 0 : f.fold(Fold::sum, x, size, 0) / static_cast<float>(size);
  const float variance = f.deviation(x, size, mean) / static_cast<float>(size);
  const float scale = 1 / std::sqrt(variance + static_cast<float>(attributes.epsilon));
  const float* extra[2] = {nullptr, nullptr};
  size_t steps[2] = {0, 0};
  for (size_t i = 0; i < 2; ++i) {
    if (!has_operand(p, i + 1) || a.operands[i + 1] == nullptr) continue;
    extra[i] = static_cast<const float*>(a.operands[i + 1]) + offset_in(p.operands[i + 1], axis, group);
    steps[i] = static_cast<size_t>(group_step(p.operands[i + 1], axis));
  }
  f.normalise(x, y, size, mean, scale, extra[0], steps[0], extra[1], steps[1]);
}

void run(const Arguments& a, TileRange range) noexcept {
  const Problem& p = *a.problem;
  const size_t axis = axis_of(attributes_of(p).axis, p.operands[0].dims.size());
  const int64_t count = groups(p);
  const auto size = static_cast<size_t>(p.operands[0].count() / count);
  const int64_t end = std::min(count, range.end * groups_per_tile(p));
  for (int64_t group = range.begin * groups_per_tile(p); group < end; ++group) run_group(a, axis, group, size);
}

}  // namespace

extern const KernelDef kNormRowHwy;
const KernelDef kNormRowHwy = {.name = "norm_row_hwy",
                               .family = Family::norm,
                               .variant = "hwy",
                               .accepts = accepts,
                               .work = work,
                               .tiles = tiles,
                               .run = run,
                               .bound = {.relative = 1e-5, .absolute = 1e-5}};

}  // namespace walle::kernels
