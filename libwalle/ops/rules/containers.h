#pragma once

#include <span>

#include "libwalle/ops/rules/define.h"

// What operators on sequences and optionals, and control nodes that are carried out, do with values.
namespace walle::ops::rules {

using engine::AnyValue;
using engine::Tensor;
using Values = Result<std::vector<AnyValue>>;

/// Most elements of a sequence.
inline constexpr size_t kMostElements = size_t{1} << 20;
/// Most turns of a loop that is carried out.
inline constexpr int64_t kMostTurns = int64_t{1} << 24;

/// Operand i as what it has to be. Errors: invalid_argument naming node and operand.
[[nodiscard]] Result<Tensor> tensor_at(const NodeView& node, std::span<const AnyValue> operands, size_t i);
[[nodiscard]] Result<std::span<const Tensor>> elements_at(const NodeView& node, std::span<const AnyValue> operands,
                                                          size_t i);
/// The only element of an integer or boolean operand; fallback: the operand is not given.
[[nodiscard]] Result<int64_t> integer_at(const NodeView& node, std::span<const AnyValue> operands, size_t i,
                                         int64_t fallback);
/// All elements of an integer operand of rank ≤ 1.
[[nodiscard]] Result<Ints> integers_at(const NodeView& node, std::span<const AnyValue> operands, size_t i);
/// Operand i as a position among `size` places, negative ones from the end; fallback: the operand is not given.
[[nodiscard]] Result<size_t> position_at(const NodeView& node, std::span<const AnyValue> operands, size_t i,
                                         size_t size, size_t fallback);

/// One result. Errors: resource_exhausted for more than kMostElements; invalid_argument for mixed dtypes.
[[nodiscard]] Values one_sequence(const NodeView& node, DType dtype, std::vector<Tensor> elements);

/// The tensors one behind the other along axis; stack: along a new axis. Errors: invalid_argument where shapes do not
/// fit; unsupported for dtypes below a byte.
[[nodiscard]] Result<Tensor> join(const NodeView& node, std::span<const Tensor> parts, int64_t axis);
[[nodiscard]] Result<Tensor> stack(const NodeView& node, std::span<const Tensor> parts, int64_t axis);
/// A copy of x[…, begin:begin+size, …] along axis. Errors: unsupported for dtypes below a byte.
[[nodiscard]] Result<Tensor> part_of(const NodeView& node, const Tensor& x, size_t axis, int64_t begin, int64_t size);
/// What a loop without turns gives for result i: no rows, of the shape that inference knows (0 where it does not).
[[nodiscard]] Result<Tensor> no_rows(const NodeView& node, size_t result, size_t axis);

}  // namespace walle::ops::rules
