#include "libwalle/ops/rules/containers.h"

#include <cstring>

#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/regions.h"

namespace walle::ops::rules {
namespace {

tl::unexpected<Error> wrong(const NodeView& node, size_t i, std::string_view wanted, const AnyValue* given) {
  return node.fail(ErrorCode::invalid_argument, "operand " + std::to_string(i) + " must be " + std::string(wanted) +
                                                    ", is " + (given == nullptr ? "missing" : describe(*given)));
}

/// Bytes between neighbours of an axis, how many blocks lie before it, and its size.
struct Walk {
  int64_t outer = 1, inner_bytes = 1;
};

Result<Walk> walk_of(const NodeView& node, const Tensor& tensor, size_t axis) {
  if (bits_of(tensor.dtype()) < 8) return node.fail(ErrorCode::unsupported, "4-bit tensors are not moved here");
  const std::span<const int64_t> dims = tensor.dims();
  return Walk{count(dims.first(axis)), count(dims.subspan(axis + 1)) * bits_of(tensor.dtype()) / 8};
}

}  // namespace

Result<Tensor> tensor_at(const NodeView& node, std::span<const AnyValue> operands, size_t i) {
  if (i < operands.size() && operands[i].is_tensor()) return operands[i].tensor();
  return wrong(node, i, "a tensor", i < operands.size() ? &operands[i] : nullptr);
}

Result<std::span<const Tensor>> elements_at(const NodeView& node, std::span<const AnyValue> operands, size_t i) {
  if (i < operands.size() && operands[i].is_sequence()) return std::span<const Tensor>(operands[i].elements());
  return wrong(node, i, "a sequence", i < operands.size() ? &operands[i] : nullptr);
}

Result<Ints> integers_at(const NodeView& node, std::span<const AnyValue> operands, size_t i) {
  const Tensor tensor = WALLE_TRY(tensor_at(node, operands, i));
  if (is_float(tensor.dtype()) || tensor.dims().size() > 1) return wrong(node, i, "a list of integers", &operands[i]);
  Ints numbers;
  for (int64_t k = 0; k < tensor.count(); ++k) {
    numbers.push_back(tensor.dtype() == DType::i64 ? tensor.values<int64_t>()[static_cast<size_t>(k)]
                                                   : static_cast<int64_t>(element(tensor, k)));
  }
  return numbers;
}

Result<int64_t> integer_at(const NodeView& node, std::span<const AnyValue> operands, size_t i, int64_t fallback) {
  if (i >= operands.size() || operands[i].absent()) return fallback;
  const Ints numbers = WALLE_TRY(integers_at(node, operands, i));
  if (numbers.size() != 1) return wrong(node, i, "one integer", &operands[i]);
  return numbers[0];
}

Result<size_t> position_at(const NodeView& node, std::span<const AnyValue> operands, size_t i, size_t size,
                           size_t fallback) {
  const auto places = static_cast<int64_t>(size);
  const int64_t given = WALLE_TRY(integer_at(node, operands, i, static_cast<int64_t>(fallback)));
  if (given >= -places && given < places) return static_cast<size_t>(given < 0 ? given + places : given);
  return node.fail(ErrorCode::invalid_argument, "position " + std::to_string(given) + " is outside a sequence with " +
                                                    std::to_string(size) + " places");
}

Values one_sequence(const NodeView& node, DType dtype, std::vector<Tensor> elements) {
  if (elements.size() > kMostElements)
    return node.fail(ErrorCode::resource_exhausted,
                     "a sequence has at most " + std::to_string(kMostElements) + " elements");
  auto made = AnyValue::sequence(dtype, std::move(elements));
  if (!made) return node.fail(made.error().code, made.error().message);
  return std::vector<AnyValue>{*std::move(made)};
}

Result<Tensor> join(const NodeView& node, std::span<const Tensor> parts, int64_t axis) {
  if (parts.empty()) return node.fail(ErrorCode::invalid_argument, "an empty sequence cannot be joined");
  Ints dims = parts[0].dims();
  const auto at = static_cast<size_t>(WALLE_TRY(node.axis(axis, static_cast<int64_t>(dims.size()))));
  dims[at] = 0;
  for (const Tensor& part : parts) {
    Ints own = part.dims();
    const bool fits = own.size() == dims.size() && part.dtype() == parts[0].dtype();
    const int64_t size = fits ? std::exchange(own[at], dims[at]) : 0;
    if (!fits || own != dims)
      return node.fail(ErrorCode::invalid_argument, "cannot join " + engine::describe(part.dtype(), part.dims()) +
                                                        " to " + engine::describe(parts[0].dtype(), parts[0].dims()));
    dims[at] += size;
  }
  Tensor result = WALLE_TRY(Tensor::empty(parts[0].dtype(), dims));
  const Walk walk = WALLE_TRY(walk_of(node, result, at));
  auto* to = static_cast<uint8_t*>(result.mutable_data());
  for (int64_t o = 0; o < walk.outer; ++o) {
    for (const Tensor& part : parts) {
      const auto bytes = static_cast<size_t>(part.dims()[at] * walk.inner_bytes);
      if (bytes == 0) continue;
      std::memcpy(to, static_cast<const uint8_t*>(part.data()) + static_cast<size_t>(o) * bytes, bytes);
      to += bytes;
    }
  }
  return result;
}

Result<Tensor> stack(const NodeView& node, std::span<const Tensor> parts, int64_t axis) {
  std::vector<Tensor> rows;
  for (const Tensor& part : parts) {
    Ints dims = part.dims();
    const int64_t at = WALLE_TRY(node.axis(axis, static_cast<int64_t>(dims.size()) + 1));
    dims.insert(dims.begin() + at, 1);
    rows.push_back(WALLE_TRY(part.reshaped(dims)));
  }
  return join(node, rows, axis);
}

Result<Tensor> part_of(const NodeView& node, const Tensor& x, size_t axis, int64_t begin, int64_t size) {
  Ints dims = x.dims();
  const int64_t whole = std::exchange(dims[axis], size);
  if (begin < 0 || size < 0 || begin > whole - size)
    return node.fail(ErrorCode::invalid_argument, "the parts are larger than the axis");
  Tensor result = WALLE_TRY(Tensor::empty(x.dtype(), dims));
  const Walk walk = WALLE_TRY(walk_of(node, x, axis));
  const auto bytes = static_cast<size_t>(size * walk.inner_bytes);
  const auto* from = static_cast<const uint8_t*>(x.data());
  for (int64_t o = 0; o < walk.outer && bytes > 0; ++o) {
    std::memcpy(static_cast<uint8_t*>(result.mutable_data()) + static_cast<size_t>(o) * bytes,
                from + (o * whole + begin) * walk.inner_bytes, bytes);
  }
  return result;
}

Result<Tensor> no_rows(const NodeView& node, size_t result, size_t axis) {
  const graph::Value& value = node.result(result);
  if (!value.dtype) return node.fail(ErrorCode::unsupported, "the type of '" + value.name + "' is not known");
  Ints dims = {0};
  if (value.shape) {
    dims.clear();
    for (const Dim& dim : *value.shape) dims.push_back(dim.known() ? dim.value() : 0);
    if (axis < dims.size()) dims[axis] = 0;
  }
  return Tensor::empty(*value.dtype, dims);
}

}  // namespace walle::ops::rules
