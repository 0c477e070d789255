#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/attention/sizes.h"
#include "kernels/attention/softmax_columns.h"
#include "kernels/gemm/gemm.h"
#include "kernels/simd/row_functions.h"
#include "kernels/support/def.h"

namespace walle::kernels {
namespace {

using attention::Sizes;

/// A tile is one panel of queries of one batch. Scores are made transposed, [keys x queries], so that keys are read as
/// they lie, each query is a column, and the exponentials are what the second product takes as its left side. Keys come
/// in blocks with a running maximum; what was gathered before is scaled when it grows.
struct Plan {
  Sizes sizes;
  int64_t unit = 0, lanes = 0;  ///< columns of a panel and of a vector
  int64_t panels = 1;           ///< of queries, a batch
  int64_t block = 0;            ///< keys of a block
};

int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

Plan plan_of(const Problem& p) {
  Plan plan{.sizes = attention::sizes_of(p), .unit = gemm::shape().columns};
  plan.lanes = plan.unit / 3;
  plan.panels = (plan.sizes.queries + plan.unit - 1) / plan.unit;
  const int64_t blocks = (plan.sizes.keys + gemm::kDepth - 1) / gemm::kDepth;
  plan.block = std::min(gemm::kDepth, round_up((plan.sizes.keys + blocks - 1) / blocks, gemm::shape().rows));
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = attention::check(p)) return refusal;
  const Operand& y = p.results[0];
  if (y.dtype != DType::f32) return Refusal{"only f32"};
  if (y.count() == 0 || attention::sizes_of(p).keys == 0) return Refusal{"an empty result or no keys"};
  return refuse_if(y.strides.back() != 1 && y.dims.back() != 1, "the result's last axis is not dense");
}

Work work(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  const auto rows = static_cast<double>(round_up(plan.sizes.queries, plan.lanes));
  return {.operations = attention::operations(plan.sizes, rows, 24), .bytes = traffic_of(p), .steps = 1};
}

/// Parts of the workspace, in floats.
struct Scratch {
  float *queries, *scores, *values;
  attention::Running running;
};
size_t workspace_bytes(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return static_cast<size_t>(plan.unit * (plan.sizes.depth + 2 * gemm::kDepth + 3)) * sizeof(float);
}
Scratch scratch_of(const Plan& plan, void* workspace) {
  auto* next = static_cast<float*>(workspace);
  const auto take = [&](int64_t rows) { return std::exchange(next, next + rows * plan.unit); };
  return {take(plan.sizes.depth), take(gemm::kDepth), take(gemm::kDepth), {take(1), take(1), take(1)}};
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return plan.sizes.batches * plan.panels;
}

/// One tile on the way.
struct Tile {
  const Arguments& arguments;
  const Plan& plan;
  Scratch scratch;
  int64_t batch, first, queries;  ///< `first`: of the panel's queries

  [[nodiscard]] const Operand& operand(size_t i) const { return arguments.problem->operands[i]; }
  [[nodiscard]] int64_t offset(const Operand& operand) const {
    return attention::batch_offset(operand, arguments.problem->results[0].dims, batch);
  }
  [[nodiscard]] const float* data(size_t i) const {
    return static_cast<const float*>(arguments.operands[i]) + offset(operand(i));
  }
  [[nodiscard]] int64_t stride(size_t i, size_t from_last) const {
    return operand(i).strides[plan.sizes.rank - from_last];
  }
  [[nodiscard]] int64_t columns() const { return round_up(queries, plan.lanes); }
};

constexpr gemm::Finish kPlain;

/// Queries as a panel [depth x unit], scaled.
void take_queries(const Tile& t) {
  const auto scale = static_cast<float>(std::get<AttentionAttributes>(t.arguments.problem->attributes).scale);
  const Plan& plan = t.plan;
  gemm::pack_columns(t.data(0) + t.first * t.stride(0, 2), t.stride(0, 1), t.stride(0, 2), plan.sizes.depth, t.queries,
                     t.scratch.queries);
  float* q = t.scratch.queries;
  row_functions().affine(q, q, static_cast<size_t>(plan.sizes.depth * plan.unit), scale, 0);
  std::fill_n(t.scratch.running.max, plan.unit, std::numeric_limits<float>::lowest());
  std::fill_n(t.scratch.running.sum, plan.unit, 0.0F);
}

/// scores [keys x queries] of the keys from `key` on.
void score(const Tile& t, int64_t key, int64_t keys) {
  const int64_t depth = t.plan.sizes.depth;
  gemm::Panel panel{.a_row = t.stride(1, 1),
                    .a_depth = t.stride(1, 2),
                    .a_block = t.stride(1, 1) * gemm::shape().rows,
                    .b_depth = t.plan.unit,
                    .y = t.scratch.scores,
                    .y_row = t.plan.unit,
                    .rows = keys,
                    .columns = t.columns(),
                    .finish = &kPlain};
  for (int64_t k = 0; k == 0 || k < depth; k += gemm::kDepth) {
    panel.depth = std::min(gemm::kDepth, depth - k);
    panel.first = k == 0;
    panel.last = k + panel.depth >= depth;
    panel.a = t.data(1) + key * panel.a_row + k * panel.a_depth;
    panel.b = t.scratch.queries + k * t.plan.unit;
    gemm::multiply(panel);
  }
}

void add_mask(const Tile& t, int64_t key, int64_t keys) {
  const int64_t per_query = t.stride(3, 2);
  const int64_t per_key = t.stride(3, 1);
  const float* mask = t.data(3) + t.first * per_query + key * per_key;
  const auto columns = static_cast<size_t>(t.columns());
  for (int64_t j = 0; j < keys; ++j, mask += per_key) {
    float* s = t.scratch.scores + j * t.plan.unit;
    if (per_query == 0) {
      if (*mask != 0) row_functions().affine(s, s, columns, 1, *mask);
    } else {
      for (int64_t i = 0; i < t.queries; ++i) s[i] += mask[i * per_query];
    }
  }
}

void fill_masked(const Tile& t, int64_t key, int64_t keys) {
  const auto& attributes = std::get<AttentionAttributes>(t.arguments.problem->attributes);
  const auto fill = static_cast<float>(attributes.fill);
  const int64_t per_query = t.stride(3, 2);
  const int64_t per_key = t.stride(3, 1);
  const bool* mask =
      static_cast<const bool*>(t.arguments.operands[3]) + t.offset(t.operand(3)) + t.first * per_query + key * per_key;
  for (int64_t j = 0; j < keys; ++j, mask += per_key) {
    float* s = t.scratch.scores + j * t.plan.unit;
    if (per_query == 0) {
      if (*mask == attributes.filled) std::fill_n(s, t.columns(), fill);
    } else {
      for (int64_t i = 0; i < t.queries; ++i) s[i] = mask[i * per_query] == attributes.filled ? fill : s[i];
    }
  }
}

/// y += exponentials * values of the block's keys.
void gather(const Tile& t, float* y, int64_t y_row, int64_t key, int64_t keys) {
  const Plan& plan = t.plan;
  const int64_t per_key = t.stride(2, 2);
  const int64_t step = t.stride(2, 1);
  gemm::Panel panel{.a = t.scratch.scores,
                    .a_row = 1,
                    .a_depth = plan.unit,
                    .a_block = gemm::shape().rows,
                    .y_row = y_row,
                    .rows = t.queries,
                    .depth = keys,
                    .first = key == 0,
                    .finish = &kPlain};
  for (int64_t column = 0; column < plan.sizes.width; column += plan.unit) {
    panel.columns = std::min(plan.unit, plan.sizes.width - column);
    panel.y = y + column;
    const float* values = t.data(2) + key * per_key + column * step;
    panel.b = values;
    panel.b_depth = per_key;
    if (step != 1 || panel.columns % plan.lanes != 0) {  // whole vectors of it may not be there to be read
      gemm::pack_columns(values, per_key, step, keys, panel.columns, t.scratch.values);
      panel.b = t.scratch.values;
      panel.b_depth = plan.unit;
    }
    gemm::multiply(panel);
  }
}

void scale_rows(const Tile& t, float* y, int64_t y_row, const float* factors) {
  const auto width = static_cast<size_t>(t.plan.sizes.width);
  for (int64_t i = 0; i < t.queries; ++i) {
    if (factors[i] != 1) row_functions().affine(y + i * y_row, y + i * y_row, width, factors[i], 0);
  }
}

/// Divides by the sums; rows of which nothing was seen are what the attributes say.
void finish(const Tile& t, float* y, int64_t y_row) {
  const UnseenRow unseen = std::get<AttentionAttributes>(t.arguments.problem->attributes).unseen;
  const float* sum = t.scratch.running.sum;
  for (int64_t i = 0; i < t.queries; ++i) {
    t.scratch.running.correction[i] = 1 / sum[i];
    const bool zero =
        (sum[i] == 0 && unseen != UnseenRow::nan) || (std::isnan(sum[i]) && unseen == UnseenRow::zero_if_nan);
    if (!zero) continue;
    std::fill_n(y + i * y_row, t.plan.sizes.width, 0.0F);
    t.scratch.running.correction[i] = 1;
  }
  scale_rows(t, y, y_row, t.scratch.running.correction);
}

void run_tile(const Arguments& arguments, const Plan& plan, int64_t index) {
  const int64_t first = index % plan.panels * plan.unit;
  const Tile t{.arguments = arguments,
               .plan = plan,
               .scratch = scratch_of(plan, arguments.workspace),
               .batch = index / plan.panels,
               .first = first,
               .queries = std::min(plan.unit, plan.sizes.queries - first)};
  const Operand& result = arguments.problem->results[0];
  const int64_t y_row = result.strides[plan.sizes.rank - 2];
  float* y = static_cast<float*>(arguments.results[0]) + t.offset(result) + first * y_row;
  const Operand* mask = attention::mask_of(*arguments.problem);
  take_queries(t);
  for (int64_t key = 0; key < plan.sizes.keys; key += plan.block) {
    const int64_t keys = std::min(plan.block, plan.sizes.keys - key);
    score(t, key, keys);
    if (mask != nullptr) mask->dtype == DType::boolean ? fill_masked(t, key, keys) : add_mask(t, key, keys);
    attention::softmax_block(t.scratch.scores, plan.unit, t.columns(), keys, t.scratch.running);
    if (key > 0) scale_rows(t, y, y_row, t.scratch.running.correction);
    gather(t, y, y_row, key, keys);
  }
  finish(t, y, y_row);
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Plan plan = plan_of(*arguments.problem);
  for (int64_t tile = range.begin; tile < range.end; ++tile) run_tile(arguments, plan, tile);
}

}  // namespace

extern const KernelDef kAttentionBlockHwy;
const KernelDef kAttentionBlockHwy = {.name = "attention_block_hwy",
                                      .family = Family::attention,
                                      .variant = "hwy",
                                      .accepts = accepts,
                                      .work = work,
                                      .workspace_bytes = workspace_bytes,
                                      .tiles = tiles,
                                      .run = run,
                                      .bound = {.relative = 4e-6, .absolute = 2e-6}};

}  // namespace walle::kernels
