#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

using Ints = std::vector<int64_t>;

Ints axes_of(uint32_t mask, size_t rank) {
  Ints axes;
  for (size_t d = 0; d < rank; ++d) {
    if ((mask >> d & 1U) != 0) axes.push_back(static_cast<int64_t>(d));
  }
  return axes;
}

/// Of an axis, the product of all other elements, without division (an element may be 0).
Expression product_of_others(Reverse& r, const Expression& x, int64_t axis, const TensorType& type) {
  ScanAttributes scan{.product = true, .exclusive = true, .axis = static_cast<int32_t>(axis)};
  const Expression before = r.formula().of(add_family(r.builder(), scan, {x.id()}, type));
  scan.reverse = true;
  return before * r.formula().of(add_family(r.builder(), scan, {x.id()}, type));
}

/// Axis by axis: the product over several is a product of products.
Expression reverse_product(Reverse& r, const Ints& axes) {
  struct Stage {
    Expression x;
    TensorType type;
  };
  std::vector<Stage> stages = {{r.operand(0), {r.dtype(), r.dims(0)}}};
  for (const int64_t axis : axes) {
    TensorType type = stages.back().type;
    type.dims[static_cast<size_t>(axis)] = 1;
    const ReduceAttributes reduce{.op = ReduceOp::prod, .axes_mask = 1U << axis};
    stages.push_back({r.formula().of(add_family(r.builder(), reduce, {stages.back().x.id()}, type)), std::move(type)});
  }
  Expression gradient = r.gradient();
  for (size_t k = axes.size(); k-- > 0;)
    gradient = gradient * product_of_others(r, stages[k].x, axes[k], stages[k].type);
  return gradient;
}

/// dy shared evenly among the elements that are the extreme one.
Expression reverse_extreme(Reverse& r, const Ints& axes) {
  const Expression x = r.operand(0);
  const Expression is_extreme = x.formula().op("Equal", {x, r.result()});
  const Expression mask = where(is_extreme, x.number(1), x.number(0));
  return r.gradient() * mask / sum(mask, axes);
}

/// The gradient, or what of it still has to be broadcast to the operand's dims.
Result<Expression> gradient_of(Reverse& r, ReduceOp op, const Ints& axes) {
  const Expression x = r.operand(0);
  const Expression y = r.result();
  const Expression dy = r.gradient();
  int64_t count = 1;
  const Ints dims = r.dims(0);
  for (const int64_t axis : axes) count *= dims[static_cast<size_t>(axis)];
  switch (op) {
    case ReduceOp::sum:
      return dy;
    case ReduceOp::mean:
      return 1.0 / static_cast<double>(count) * dy;
    case ReduceOp::max:
    case ReduceOp::min:
      return reverse_extreme(r, axes);
    case ReduceOp::prod:
      return reverse_product(r, axes);
    case ReduceOp::sum_square:
      return 2 * (dy * x);
    case ReduceOp::l1:
      return dy * sign(x);
    case ReduceOp::l2:
      return where(greater(y, 0), dy / y, y.number(0)) * x;
    case ReduceOp::log_sum:
      return dy * exp(-y);
    case ReduceOp::log_sum_exp:
      return dy * exp(x - y);
    case ReduceOp::logical_and:
    case ReduceOp::logical_or:
    case ReduceOp::count_:
      break;
  }
  return r.refuse("this reduction has no gradient");
}

Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const auto& attributes = r.attributes<ReduceAttributes>();
  const Ints dims = r.dims(0);
  const Expression gradient = WALLE_TRY(gradient_of(r, attributes.op, axes_of(attributes.axes_mask, dims.size())));
  const Expression shape = r.formula().of(r.builder().ints(dims));
  return std::vector{WALLE_TRY(r.formula().result(gradient.formula().op("Expand", {gradient, shape})))};
}

}  // namespace

extern const RuleDef kReduce;
const RuleDef kReduce = {.family = Family::reduce, .reverse = reverse};

}  // namespace walle::autodiff
