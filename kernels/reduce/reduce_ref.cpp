#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const ReduceAttributes& attributes_of(const Problem& p) { return std::get<ReduceAttributes>(p.attributes); }
bool reduced(const Problem& p, size_t axis) { return (attributes_of(p).axes_mask >> axis & 1U) != 0; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  if (x.dims.size() != y.dims.size()) return Refusal{"operand and result differ in rank"};
  for (size_t i = 0; i < x.dims.size(); ++i) {
    if (y.dims[i] != (reduced(p, i) ? 1 : x.dims[i])) return Refusal{"the result has a wrong shape"};
  }
  if (x.dtype != y.dtype || bits_of(x.dtype) < 8) return Refusal{"operand and result differ in dtype"};
  const ReduceOp op = attributes_of(p).op;
  const bool logic = op == ReduceOp::logical_and || op == ReduceOp::logical_or;
  const bool order = op == ReduceOp::max || op == ReduceOp::min;
  return refuse_if(x.dtype == DType::boolean && !logic && !order, "the operator is not defined on booleans");
}

Work work(const Problem& p, const Params&) {
  return {.operations = kReferenceSlowness * static_cast<double>(p.operands[0].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

/// Value of an empty reduction, before `finish`.
template <class T>
Wide<T> start(ReduceOp op) {
  if (op == ReduceOp::max || op == ReduceOp::log_sum_exp) return lowest_of<T>();
  if (op == ReduceOp::min) return highest_of<T>();
  return op == ReduceOp::prod || op == ReduceOp::logical_and ? Wide<T>{1} : Wide<T>{0};
}

template <class W>
W magnitude(W x) {
  return x < W{0} ? static_cast<W>(-x) : x;
}

template <class W>
W combine(ReduceOp op, W sum, W x) {
  switch (op) {
    case ReduceOp::max:
    case ReduceOp::log_sum_exp:
      return larger(sum, x);
    case ReduceOp::min:
      return smaller(sum, x);
    case ReduceOp::prod:
      return multiply(sum, x);
    case ReduceOp::sum_square:
    case ReduceOp::l2:
      return add(sum, multiply(x, x));
    case ReduceOp::l1:
      return add(sum, magnitude(x));
    case ReduceOp::logical_and:
      return sum != 0 && x != 0 ? W{1} : W{0};
    case ReduceOp::logical_or:
      return sum != 0 || x != 0 ? W{1} : W{0};
    default:
      return add(sum, x);
  }
}

template <class W>
W finish(ReduceOp op, W sum, int64_t count) {
  switch (op) {
    case ReduceOp::mean:
      if constexpr (std::is_same_v<W, double>)
        return sum / static_cast<double>(count);
      else
        return count == 0 ? W{0} : static_cast<W>(sum / static_cast<W>(count));
    case ReduceOp::l2:
      return convert<W>(std::sqrt(static_cast<double>(sum)));
    case ReduceOp::log_sum:
      return convert<W>(std::log(static_cast<double>(sum)));
    default:
      return sum;
  }
}

struct Box {
  Extents dims, strides;
  int64_t count = 1;
};

Box inner_box(const Problem& p) {
  Box box;
  for (size_t i = 0; i < p.operands[0].dims.size(); ++i) {
    if (!reduced(p, i)) continue;
    box.dims.push_back(p.operands[0].dims[i]);
    box.strides.push_back(p.operands[0].strides[i]);
    box.count *= p.operands[0].dims[i];
  }
  return box;
}

template <class T>
double sum_of_exponentials(const T* x, const Box& box, double max) {
  double sum = 0;
  walk<1>(box.dims, {box.strides}, [&](const auto& at) { sum += std::exp(convert<double>(load(x[at[0]])) - max); });
  return sum;
}

template <class T>
void reduce(const Arguments& a) {
  using W = Wide<T>;
  const Problem& p = *a.problem;
  const ReduceOp op = attributes_of(p).op;
  const Box box = inner_box(p);
  const Operand& y = p.results[0];
  auto* result = static_cast<T*>(a.results[0]);
  walk<2>(y.dims, {p.operands[0].strides, y.strides}, [&](const auto& at) {
    const T* x = static_cast<const T*>(a.operands[0]) + at[0];
    W sum = start<T>(op);
    walk<1>(box.dims, {box.strides}, [&](const auto& inner) { sum = combine(op, sum, load(x[inner[0]])); });
    if (op == ReduceOp::log_sum_exp && box.count > 0) {
      const double max = static_cast<double>(sum);
      const bool finite = std::isfinite(max);
      const double total = sum_of_exponentials(x, box, finite ? max : 0);
      sum = convert<W>(std::log(total) + (finite ? max : 0));
    }
    result[at[1]] = store<T>(finish(op, sum, box.count));
  });
}

void run(const Arguments& a, TileRange) noexcept {
  visit_dtype(a.problem->operands[0].dtype, [&]<class T>(std::type_identity<T>) { reduce<T>(a); });
}

}  // namespace

extern const KernelDef kReduceRef;
const KernelDef kReduceRef = {.name = "reduce_ref",
                              .family = Family::reduce,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run,
                              .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
