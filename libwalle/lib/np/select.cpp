#include "libwalle/lib/np/select.h"

#include <array>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/index.h"
#include "libwalle/lib/np/iterate.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {

Result<std::vector<Array>> nonzero(const Array& a) {
  const Array truth = WALLE_TRY(dense_as(a, DType::boolean));
  const bool* flags = truth.data<bool>();
  const int64_t size = truth.size();
  const int64_t count = std::count(flags, flags + size, true);
  std::vector<Array> result;
  for (int axis = 0; axis < a.rank(); ++axis) result.push_back(WALLE_TRY(Array::empty(DType::i64, {count})));
  const Dims strides = contiguous_strides(a.dims());
  int64_t at = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (!flags[i]) continue;
    int64_t left = i;
    for (int axis = 0; axis < a.rank(); ++axis) {
      result[static_cast<size_t>(axis)].data<int64_t>()[at] = left / strides[axis];
      left %= strides[axis];
    }
    ++at;
  }
  return result;
}

Result<Array> where(const Array& condition, const Operand& x, const Operand& y) {
  const DType dtype = common_dtype(x, y);
  const Array truth = WALLE_TRY(condition.astype(DType::boolean, false));
  const std::array shapes = {truth.dims(), x.array.dims(), y.array.dims()};
  const Dims dims = WALLE_TRY(broadcast_dims(shapes));
  const Array c = WALLE_TRY(broadcast_to(truth, dims));
  const Array a = WALLE_TRY(spread_as(x.array, dtype, dims));
  const Array b = WALLE_TRY(spread_as(y.array, dtype, dims));
  Array out = WALLE_TRY(Array::empty(dtype, dims));
  auto operand = [](const Array& array) {
    return LoopOperand{array.data<std::byte>(), array.strides(), array.item_bytes()};
  };
  visit(dtype, [&]<class T>(Tag<T>) {
    for_each_row(dims, std::array{operand(c), operand(a), operand(b), operand(out)},
                 [](int64_t n, auto& at, auto& stride) {
                   const bool* flag = reinterpret_cast<const bool*>(at[0]);
                   const T* yes = reinterpret_cast<const T*>(at[1]);
                   const T* no = reinterpret_cast<const T*>(at[2]);
                   T* to = reinterpret_cast<T*>(at[3]);
                   for (int64_t i = 0; i < n; ++i) {
                     to[i * stride[3]] = flag[i * stride[0]] ? yes[i * stride[1]] : no[i * stride[2]];
                   }
                 });
  });
  return out;
}

Result<Array> clip(const Array& a, const std::optional<Operand>& low, const std::optional<Operand>& high) {
  Array result = a;
  if (low) result = WALLE_TRY(apply(kMaximum, {result}, *low));
  if (high) result = WALLE_TRY(apply(kMinimum, {result}, *high));
  return low || high ? Result<Array>(result) : a.copy();
}

Result<Array> take(const Array& a, const Array& positions, std::optional<int64_t> axis) {
  if (!axis) {
    const Array flat = WALLE_TRY(reshape(a, {-1}));
    const std::array<Index, 1> index = {positions};
    return get(flat, index);
  }
  const int at = WALLE_TRY(normalise_axis(*axis, a.rank()));
  std::vector<Index> indices(static_cast<size_t>(at), Slice{});
  indices.emplace_back(positions);
  return get(a, indices);
}

Result<Array> search_sorted(const Array& sorted, const Array& values, bool right) {
  if (sorted.rank() != 1) return fail(ErrorCode::invalid_argument, "object too deep for desired array");
  const DType dtype = promote(sorted.dtype(), values.dtype());
  const Array haystack = WALLE_TRY(dense_as(sorted, dtype));
  const Array needles = WALLE_TRY(dense_as(values, dtype));
  Array out = WALLE_TRY(Array::empty(DType::i64, values.dims()));
  visit(dtype, [&]<class T>(Tag<T>) {
    const T* begin = haystack.data<T>();
    const T* end = begin + haystack.size();
    auto less = [](const T& x, const T& y) { return load(x) < load(y); };
    for (int64_t i = 0; i < needles.size(); ++i) {
      const T& value = needles.data<T>()[i];
      out.data<int64_t>()[i] =
          (right ? std::upper_bound(begin, end, value, less) : std::lower_bound(begin, end, value, less)) - begin;
    }
  });
  return out;
}

}  // namespace walle::np
