#include "libwalle/graph/op.h"

namespace walle::graph {

tl::unexpected<Error> NodeView::fail(ErrorCode code, std::string_view message) const {
  return walle::fail(code,
                     "node '" + node_->name + "' (" + std::string(node_->op->name) + "): " + std::string(message));
}

Result<DType> NodeView::dtype(size_t operand) const {
  if (!has(operand)) return fail(ErrorCode::invalid_argument, "operand " + std::to_string(operand) + " is missing");
  if (!value(operand).dtype)
    return fail(ErrorCode::unsupported, "the type of '" + value(operand).name + "' is not known");
  return *value(operand).dtype;
}

Result<Shape> NodeView::shape(size_t operand) const {
  if (!has(operand)) return fail(ErrorCode::invalid_argument, "operand " + std::to_string(operand) + " is missing");
  if (!value(operand).shape)
    return fail(ErrorCode::unsupported, "the shape of '" + value(operand).name + "' is not known: it depends on data");
  return *value(operand).shape;
}

Result<std::vector<int64_t>> NodeView::dims(size_t operand) const {
  auto numbers = concrete(WALLE_TRY(shape(operand)));
  if (!numbers) return fail(ErrorCode::unsupported, "the shape of '" + value(operand).name + "' is symbolic");
  return *std::move(numbers);
}

Result<std::vector<int64_t>> NodeView::result_dims(size_t index) const {
  const Value& v = result(index);
  if (!v.shape) return fail(ErrorCode::unsupported, "the shape of '" + v.name + "' is not known: it depends on data");
  auto numbers = concrete(*v.shape);
  if (!numbers) return fail(ErrorCode::unsupported, "the shape of '" + v.name + "' is symbolic");
  return *std::move(numbers);
}

Result<std::vector<int64_t>> NodeView::ints(size_t operand) const {
  const auto elements = known(operand);
  auto numbers = elements ? concrete(*elements) : std::nullopt;
  if (numbers) return *std::move(numbers);
  const std::string name = has(operand) ? value(operand).name : "operand " + std::to_string(operand);
  return fail(ErrorCode::unsupported, "the shape depends on data of '" + name + "'");
}

std::optional<std::vector<Dim>> NodeView::known(size_t operand) const {
  return has(operand) ? value(operand).known : std::nullopt;
}

const engine::Tensor* NodeView::constant(size_t operand) const {
  return has(operand) && value(operand).constant ? &*value(operand).constant : nullptr;
}

Result<int64_t> NodeView::axis(int64_t axis, int64_t rank) const {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return fail(ErrorCode::invalid_argument, "axis " + std::to_string(axis) + " is outside [" + std::to_string(-rank) +
                                               ", " + std::to_string(rank) + ")");
}

}  // namespace walle::graph
