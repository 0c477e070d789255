#include "libwalle/lib/np/sort.h"

#include <numeric>
#include <vector>

#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
/// Ascending with NaN last.
template <class T>
bool less(const T& a, const T& b) {
  const auto x = load(a);
  const auto y = load(b);
  return x < y || (is_nan(y) && !is_nan(x));
}

/// A contiguous copy with the axis last, so that each line to sort lies in order.
struct Lines {
  Array array;
  int axis = 0;
  int64_t length = 0;
};
Result<Lines> lines_of(const Array& a, std::optional<int64_t> axis) {
  const Array source = axis ? a : WALLE_TRY(reshape(a, {-1}));
  const int at = WALLE_TRY(normalise_axis(axis.value_or(0), source.rank()));
  const Array moved = WALLE_TRY(move_axis(source, {at}, {-1}));
  Array copy = WALLE_TRY(moved.copy());
  return Lines{std::move(copy), at, source.dim(at)};
}
}  // namespace

Result<Array> sort(const Array& a, std::optional<int64_t> axis) {
  const Lines lines = WALLE_TRY(lines_of(a, axis));
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    T* begin = lines.array.data<T>();
    T* end = begin + lines.array.size();
    for (T* line = begin; line < end; line += lines.length) std::sort(line, line + lines.length, less<T>);
  });
  return move_axis(lines.array, {-1}, {lines.axis});
}

Result<Array> arg_sort(const Array& a, std::optional<int64_t> axis) {
  const Lines lines = WALLE_TRY(lines_of(a, axis));
  Array out = WALLE_TRY(Array::empty(DType::i64, lines.array.dims()));
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    for (int64_t begin = 0; begin < out.size(); begin += lines.length) {
      const T* line = lines.array.data<T>() + begin;
      int64_t* order = out.data<int64_t>() + begin;
      std::iota(order, order + lines.length, 0);
      std::stable_sort(order, order + lines.length, [line](int64_t i, int64_t j) { return less(line[i], line[j]); });
    }
  });
  return move_axis(out, {-1}, {lines.axis});
}

Result<Unique> unique(const Array& a) {
  const Array flat = WALLE_TRY(reshape(a, {-1}));
  const Array dense = WALLE_TRY(flat.contiguous());
  const Array order_array = WALLE_TRY(arg_sort(dense, 0));
  const int64_t* order = order_array.data<int64_t>();
  const int64_t size = dense.size();
  Array inverse = WALLE_TRY(Array::empty(DType::i64, a.dims()));
  std::vector<int64_t> first;
  std::vector<int64_t> counts;
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    const T* values = dense.data<T>();
    for (int64_t i = 0; i < size; ++i) {
      const bool both_nan = i > 0 && is_nan(load(values[order[i]])) && is_nan(load(values[order[i - 1]]));
      if (i == 0 || (load(values[order[i]]) != load(values[order[i - 1]]) && !both_nan)) {
        first.push_back(order[i]);
        counts.push_back(0);
      }
      ++counts.back();
      inverse.data<int64_t>()[order[i]] = static_cast<int64_t>(counts.size()) - 1;
    }
  });
  const Dims dims{static_cast<int64_t>(first.size())};
  Array values = WALLE_TRY(Array::empty(a.dtype(), dims));
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    for (size_t i = 0; i < first.size(); ++i) values.data<T>()[i] = dense.data<T>()[first[i]];
  });
  Array index = WALLE_TRY(Array::copy_of(DType::i64, dims, first.data()));
  Array count = WALLE_TRY(Array::copy_of(DType::i64, dims, counts.data()));
  return Unique{std::move(values), std::move(index), std::move(inverse), std::move(count)};
}

}  // namespace walle::np
