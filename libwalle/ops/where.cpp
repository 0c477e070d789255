#include <algorithm>

#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// Elements of the result where condition and both choices are known.
std::optional<std::vector<Dim>> chosen(const NodeView& node) {
  const auto c = node.known(0);
  const auto a = node.known(1);
  const auto b = node.known(2);
  if (!c || !a || !b) return std::nullopt;
  const size_t count = std::max({c->size(), a->size(), b->size()});
  const auto at = [](const std::vector<Dim>& v, size_t i) { return v[v.size() == 1 ? 0 : i]; };
  std::vector<Dim> result;
  for (size_t i = 0; i < count; ++i) {
    for (const auto* v : {&*c, &*a, &*b}) {
      if (v->size() != 1 && v->size() != count) return std::nullopt;
    }
    const Dim condition = at(*c, i);
    if (!condition.known()) return std::nullopt;
    result.push_back(condition.value() != 0 ? at(*a, i) : at(*b, i));
  }
  return result;
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(1));
  if (WALLE_TRY(node.dtype(0)) != DType::boolean)
    return node.fail(ErrorCode::invalid_argument, "the condition must be boolean");
  if (WALLE_TRY(node.dtype(2)) != dtype)
    return node.fail(ErrorCode::invalid_argument, "the choices have different types");
  if (!rules::has_shapes(node)) {
    context.set_unknown_shape(0, dtype);
    return {};
  }
  Shape shape = WALLE_TRY(rules::broadcast_operands(node, context, 3));
  const size_t rank = shape.size();
  context.set(0, dtype, std::move(shape));
  if (rank > 1 || is_float(dtype)) return {};
  if (auto elements = chosen(node)) context.set_known(0, *std::move(elements));
  return {};
}

Result<CoreForm> atomic(const NodeView&) { return CoreForm{.attributes = SelectAttributes{}}; }

}  // namespace

extern const OpDef kWhere = {.name = "Where",
                             .formula = "y = c ? a : b",
                             .op_class = OpClass::atomic,
                             .operands = {3, 3},
                             .results = {1, 1},
                             .infer = infer,
                             .atomic = atomic};

}  // namespace walle::ops
