#include <cmath>
#include <limits>

#include "kernels/simd/row_functions.h"
#include "kernels/support/def.h"
#include "kernels/support/rows.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const ReduceAttributes& attributes_of(const Problem& p) { return std::get<ReduceAttributes>(p.attributes); }

std::optional<Fold> fold_of(ReduceOp op) {
  switch (op) {
    case ReduceOp::sum:
    case ReduceOp::mean:
      return Fold::sum;
    case ReduceOp::l1:
      return Fold::absolute;
    case ReduceOp::l2:
    case ReduceOp::sum_square:
      return Fold::square;
    case ReduceOp::max:
      return Fold::max;
    case ReduceOp::min:
      return Fold::min;
    default:
      return std::nullopt;
  }
}

/// Kept axes outside, reduced ones inside; a dense innermost axis of either kind is the row.
struct Plan {
  Extents kept, kept_x, kept_y, reduced, reduced_x;
  bool row_is_reduced = false;
  int64_t row = 1;     ///< length of the row
  int64_t y_rows = 1;  ///< result rows (kept row) or elements (reduced row)
  int64_t count = 1;   ///< elements folded into one
};

Plan plan_of(const Problem& p) {
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  Plan plan;
  size_t rank = x.dims.size();
  while (rank > 0 && x.dims[rank - 1] == 1) --rank;
  const auto is_reduced = [&](size_t i) { return (attributes_of(p).axes_mask >> i & 1U) != 0; };
  if (rank == 0) return plan;
  plan.row_is_reduced = is_reduced(rank - 1);
  size_t outer = rank;
  int64_t expected = 1;
  while (outer > 0 && is_reduced(outer - 1) == plan.row_is_reduced &&
         (x.dims[outer - 1] == 1 ||
          (x.strides[outer - 1] == expected && (plan.row_is_reduced || y.strides[outer - 1] == expected)))) {
    expected *= x.dims[--outer];
  }
  plan.row = expected;
  for (size_t i = 0; i < outer; ++i) {
    if (is_reduced(i)) {
      plan.reduced.push_back(x.dims[i]);
      plan.reduced_x.push_back(x.strides[i]);
      plan.count *= x.dims[i];
    } else {
      plan.kept.push_back(x.dims[i]);
      plan.kept_x.push_back(x.strides[i]);
      plan.kept_y.push_back(y.strides[i]);
      plan.y_rows *= x.dims[i];
    }
  }
  if (plan.row_is_reduced) plan.count *= plan.row;
  return plan;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  if (x.dtype != DType::f32 || p.results[0].dtype != DType::f32) return Refusal{"only f32"};
  if (x.dims.size() != p.results[0].dims.size() || x.count() == 0) return Refusal{"an empty operand or other ranks"};
  if (!fold_of(attributes_of(p).op)) return Refusal{"the operator has no vector form"};
  return refuse_if(plan_of(p).row < 2 && x.count() > 1, "no dense innermost axis");
}

Work work(const Problem& p, const Params&) {
  return {.operations = 4 * static_cast<double>(p.operands[0].count()), .bytes = traffic_of(p), .steps = 1};
}

int64_t rows_per_tile(const Plan& plan) {
  return std::max<int64_t>(1, kTileElements / (plan.row_is_reduced ? plan.count : plan.row * plan.count));
}

int64_t tiles(const Problem& p, const Params&) {
  const Plan plan = plan_of(p);
  return (plan.y_rows + rows_per_tile(plan) - 1) / rows_per_tile(plan);
}

float start_of(Fold fold) {
  if (fold == Fold::max) return -std::numeric_limits<float>::infinity();
  return fold == Fold::min ? std::numeric_limits<float>::infinity() : 0;
}

void finish(ReduceOp op, const Plan& plan, float* y, size_t count) {
  if (op == ReduceOp::mean) row_functions().affine(y, y, count, 1 / static_cast<float>(plan.count), 0);
  if (op != ReduceOp::l2) return;
  for (size_t i = 0; i < count; ++i) y[i] = std::sqrt(y[i]);
}

void run_row(const Plan& plan, ReduceOp op, const float* x, float* y) {
  const Fold fold = *fold_of(op);
  const RowFunctions& f = row_functions();
  if (plan.row_is_reduced) {
    float sum = start_of(fold);
    walk<1>(plan.reduced, {plan.reduced_x},
            [&](const auto& at) { sum = f.fold(fold, x + at[0], static_cast<size_t>(plan.row), sum); });
    *y = sum;
    return finish(op, plan, y, 1);
  }
  std::fill_n(y, plan.row, start_of(fold));
  walk<1>(plan.reduced, {plan.reduced_x},
          [&](const auto& at) { f.fold_into(fold, x + at[0], y, static_cast<size_t>(plan.row)); });
  finish(op, plan, y, static_cast<size_t>(plan.row));
}

void run(const Arguments& a, TileRange range) noexcept {
  const Plan plan = plan_of(*a.problem);
  const int64_t end = std::min(plan.y_rows, range.end * rows_per_tile(plan));
  for (int64_t row = range.begin * rows_per_tile(plan); row < end; ++row) {
    const float* x = static_cast<const float*>(a.operands[0]);
    float* y = static_cast<float*>(a.results[0]);
    int64_t rest = row;
    for (size_t i = plan.kept.size(); i-- > 0;) {
      x += rest % plan.kept[i] * plan.kept_x[i];
      y += rest % plan.kept[i] * plan.kept_y[i];
      rest /= plan.kept[i];
    }
    run_row(plan, attributes_of(*a.problem).op, x, y);
  }
}

}  // namespace

extern const KernelDef kReduceRowHwy;
const KernelDef kReduceRowHwy = {.name = "reduce_row_hwy",
                                 .family = Family::reduce,
                                 .variant = "hwy",
                                 .accepts = accepts,
                                 .work = work,
                                 .tiles = tiles,
                                 .run = run,
                                 .bound = {.relative = 4e-6, .absolute = 1e-7}};

}  // namespace walle::kernels
