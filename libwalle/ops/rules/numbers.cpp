#include "libwalle/ops/rules/numbers.h"

#include <algorithm>
#include <cmath>

#include "libwalle/ops/rules/build.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops::rules {

Status check_table(const NodeView& node, std::initializer_list<int64_t> counts) {
  constexpr double kMost = 1 << 25;
  double numbers = 1;
  for (const int64_t count : counts) numbers *= static_cast<double>(count);
  if (numbers <= kMost) return {};
  return node.fail(ErrorCode::unsupported, "it would need a table of more than 2^25 numbers");
}

Result<ValueId> number_constant(GraphBuilder& builder, DType dtype, std::span<const int64_t> dims,
                                std::span<const double> values) {
  const ValueId wide = builder.constant(WALLE_TRY(engine::Tensor::of<double>(dims, values)));
  return cast(builder, wide, dtype);
}

int64_t saturated(double count) {
  constexpr auto kMost = static_cast<double>(2 * engine::kMaxElements);
  return std::isnan(count) ? 0 : static_cast<int64_t>(std::clamp(count, -kMost, kMost));
}

Result<double> known_scalar(const NodeView& node, size_t operand) {
  const auto numbers = WALLE_TRY(constant_numbers(node, operand));
  if (numbers.size() != 1)
    return node.fail(ErrorCode::invalid_argument, "operand " + std::to_string(operand) + " must be one number");
  return numbers[0];
}

Result<int64_t> known_integer(const NodeView& node, size_t operand, int64_t least, int64_t most) {
  const double number = WALLE_TRY(known_scalar(node, operand));
  if (!(number >= static_cast<double>(least)) || number > static_cast<double>(most)) {
    return node.fail(ErrorCode::invalid_argument, "operand " + std::to_string(operand) + " must be " +
                                                      std::to_string(least) + " to " + std::to_string(most));
  }
  return static_cast<int64_t>(number);
}

Result<std::optional<int64_t>> known_count(const NodeView& node, size_t operand, int64_t least, int64_t most) {
  if (node.constant(operand) == nullptr && depends_on_data(node, operand)) return std::optional<int64_t>();
  return std::optional(WALLE_TRY(known_integer(node, operand, least, most)));
}

}  // namespace walle::ops::rules
