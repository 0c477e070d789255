#include <algorithm>
#include <array>
#include <cmath>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/shapes.h"

namespace walle::ops {
namespace {

/// max(0, ceil((limit - start) / delta)); nullopt if an operand is not known.
Result<std::optional<int64_t>> count_of(const NodeView& node) {
  std::array<double, 3> numbers{};
  for (size_t i = 0; i < 3; ++i) {
    if (node.constant(i) == nullptr && rules::depends_on_data(node, i)) return std::optional<int64_t>();
    const auto values = WALLE_TRY(rules::constant_numbers(node, i));
    if (values.size() != 1) return node.fail(ErrorCode::invalid_argument, "the operands must be scalars");
    numbers[i] = values[0];
  }
  const double steps = std::ceil((numbers[1] - numbers[0]) / numbers[2]);
  if (numbers[2] == 0 || std::isnan(steps) || steps > static_cast<double>(engine::kMaxElements))
    return node.fail(ErrorCode::invalid_argument, "the range has no end");
  return std::optional(static_cast<int64_t>(std::max(0.0, steps)));
}

Status infer(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(node.dtype(0));
  const auto count = WALLE_TRY(count_of(node));
  if (count) {
    context.set(0, dtype, {Dim(*count)});
    const bool whole = is_integer(dtype) && !rules::depends_on_data(node, 0) && !rules::depends_on_data(node, 2);
    if (!whole || *count > 64) return {};
    const int64_t start = WALLE_TRY(node.ints(0))[0];
    const int64_t delta = WALLE_TRY(node.ints(2))[0];
    std::vector<Dim> elements;
    int64_t at = start;
    for (int64_t i = 0; i < *count; ++i) {
      elements.emplace_back(at);
      if (__builtin_add_overflow(at, delta, &at)) break;  // behind the last one
    }
    if (std::ssize(elements) < *count) return node.fail(ErrorCode::invalid_argument, "the range leaves its type");
    context.set_known(0, std::move(elements));
    return {};
  }
  // Range(0, N, 1) over a symbolic N has N elements.
  const auto limit = node.known(1);
  const auto start = node.known(0);
  const auto delta = node.known(2);
  const bool simple = start && limit && delta && *start == Shape{Dim(0)} && *delta == Shape{Dim(1)};
  context.set(0, dtype, {simple ? (*limit)[0] : context.fresh("range")});
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  const auto count = WALLE_TRY(count_of(node));
  if (!count) return node.fail(ErrorCode::unsupported, "the length of the range depends on data");
  return rules::replaced(builder.one("Iota", {node.operand(0), node.operand(2)}, {{"count", *count}}));
}

}  // namespace

extern const OpDef kRange = {.name = "Range",
                             .formula = "y[i] = start + i * delta, while before limit",
                             .op_class = OpClass::composite,
                             .operands = {3, 3},
                             .results = {1, 1},
                             .infer = infer,
                             .decompose = decompose};

}  // namespace walle::ops
