#include "libwalle/ops/rules/shapes.h"

#include <algorithm>

namespace walle::ops::rules {

bool has_shapes(const NodeView& node) {
  for (size_t i = 0; i < node.operand_count(); ++i) {
    if (node.has(i) && !node.value(i).shape) return false;
  }
  return true;
}

void set_fresh(InferContext& context, size_t result, DType dtype, size_t rank) {
  // A hostile file can ask for any rank; no real model comes near this.
  if (rank > kMaxSymbolicRank) return context.set_unknown_shape(result, dtype);
  Shape shape;
  for (size_t i = 0; i < rank; ++i) shape.push_back(context.fresh("d" + std::to_string(i)));
  context.set(result, dtype, std::move(shape));
}

Status infer_shape(const NodeView& node, InferContext& context, DType dtype) {
  if (!node.value(0).shape) {
    context.set_unknown_shape(0, dtype);
  } else {
    context.set(0, dtype, *node.value(0).shape);
  }
  return {};
}

Status infer_same(const NodeView& node, InferContext& context) {
  return infer_shape(node, context, WALLE_TRY(node.dtype(0)));
}

Status infer_boolean(const NodeView& node, InferContext& context) {
  WALLE_TRY(node.dtype(0));
  return infer_shape(node, context, DType::boolean);
}

Dim plus(InferContext& context, const Dim& a, const Dim& b) {
  const auto sum = Dim::add(a, b);
  return sum ? *sum : context.fresh("sum");
}
Dim minus(InferContext& context, const Dim& a, const Dim& b) {
  const auto difference = Dim::sub(a, b);
  return difference ? *difference : context.fresh("difference");
}
Dim times(InferContext& context, const Dim& a, const Dim& b) {
  const auto result = Dim::mul(a, b);
  return result ? *result : context.fresh("product");
}
Dim over(InferContext& context, const Dim& a, const Dim& b) {
  const auto quotient = Dim::div(a, b);
  return quotient ? *quotient : context.fresh("quotient");
}
Dim product(InferContext& context, std::span<const Dim> dims) {
  Dim result = 1;
  for (const Dim& dim : dims) result = times(context, result, dim);
  return result;
}

bool may_equal(const Dim& a, const Dim& b) { return a == b || !a.known() || !b.known(); }

std::string text(const Shape& shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    out += (i == 0 ? "" : ",") + (shape[i].known() ? std::to_string(shape[i].value()) : "?");
  }
  return out + "]";
}

tl::unexpected<Error> mismatch(const NodeView& node, size_t a, size_t b) {
  const auto one = [&](size_t i) {
    return "'" + node.value(i).name + "' " + (node.value(i).shape ? text(*node.value(i).shape) : "[…]");
  };
  return node.fail(ErrorCode::invalid_argument, "the shapes of " + one(a) + " and " + one(b) + " do not fit");
}

Result<Shape> broadcast(const NodeView& node, InferContext& context, std::span<const Shape> shapes) {
  Shape result;
  for (const Shape& shape : shapes) {
    if (shape.size() > result.size()) result.insert(result.begin(), shape.size() - result.size(), Dim(1));
    for (size_t i = 0; i < shape.size(); ++i) {
      Dim& have = result[result.size() - shape.size() + i];
      const Dim& next = shape[i];
      if (have == next || next == Dim(1)) continue;
      if (have == Dim(1)) {
        have = next;
      } else if (have.known() && next.known()) {
        return node.fail(ErrorCode::invalid_argument,
                         "shapes " + text(result) + " and " + text(shape) + " cannot be broadcast together");
      } else if (next.known()) {
        have = next;
      } else if (!have.known()) {
        have = context.fresh("broadcast");
      }
    }
  }
  return result;
}

Result<Shape> broadcast_operands(const NodeView& node, InferContext& context, size_t count) {
  std::vector<Shape> shapes;
  for (size_t i = 0; i < count; ++i) shapes.push_back(WALLE_TRY(node.shape(i)));
  return broadcast(node, context, shapes);
}

Result<Ints> axes(const NodeView& node, std::span<const int64_t> given, size_t rank) {
  Ints result;
  for (const int64_t axis : given) result.push_back(WALLE_TRY(node.axis(axis, static_cast<int64_t>(rank))));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end())
    return node.fail(ErrorCode::invalid_argument, "an axis is given twice");
  return result;
}

Result<std::optional<Ints>> given_axes(const NodeView& node, size_t operand) {
  if (node.has(operand)) return std::optional<Ints>(WALLE_TRY(node.ints(operand)));
  if (node.has_attribute("axes")) return std::optional<Ints>(WALLE_TRY(node.attribute_ints("axes", {})));
  return std::optional<Ints>();
}

bool depends_on_data(const NodeView& node, size_t operand) {
  if (!node.has(operand)) return false;
  const auto elements = node.known(operand);
  return !elements || !graph::concrete(*elements);
}

}  // namespace walle::ops::rules
