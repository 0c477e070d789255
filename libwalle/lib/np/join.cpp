#include "libwalle/lib/np/join.h"

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/dtypes.h"
#include "libwalle/lib/np/select.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
/// `count` positions of `a` along `axis` from `first` on.
Array part(const Array& a, int axis, int64_t first, int64_t count) {
  Dims dims = a.dims();
  dims[axis] = count;
  return a.view(dims, a.strides(), first * a.strides()[axis]);
}

constexpr int64_t kMostPadding = int64_t{1} << 40;
constexpr int64_t kMostParts = 1'000'000;

tl::unexpected<Error> too_many() { return fail(ErrorCode::resource_exhausted, "the result has too many elements"); }
}  // namespace

Result<Array> concatenate(std::span<const Array> arrays, int64_t axis) {
  if (arrays.empty()) return fail(ErrorCode::invalid_argument, "need at least one array to concatenate");
  const int at = WALLE_TRY(normalise_axis(axis, arrays[0].rank()));
  Dims dims = arrays[0].dims();
  DType dtype = arrays[0].dtype();
  for (const Array& array : arrays.subspan(1)) {
    dtype = promote(dtype, array.dtype());
    Dims expected = arrays[0].dims();
    if (array.rank() == expected.size()) expected[at] = array.dim(at);
    if (!(array.dims() == expected)) {
      return fail(ErrorCode::invalid_argument,
                  "all the input array dimensions except for the concatenation axis must "
                  "match exactly, but there are shapes " +
                      format_dims(arrays[0].dims()) + " and " + format_dims(array.dims()));
    }
    dims[at] += array.dim(at);
  }
  Array out = WALLE_TRY(Array::empty(dtype, dims));
  int64_t first = 0;
  for (const Array& array : arrays) {
    assign_elements(array, part(out, at, first, array.dim(at)));
    first += array.dim(at);
  }
  return out;
}

Result<Array> stack(std::span<const Array> arrays, int64_t axis) {
  std::vector<Array> expanded;
  for (const Array& array : arrays) {
    if (!(array.dims() == arrays[0].dims())) {
      return fail(ErrorCode::invalid_argument, "all input arrays must have the same shape");
    }
    expanded.push_back(WALLE_TRY(expand_dims(array, {axis})));
  }
  return concatenate(expanded, axis);
}

Result<std::vector<Array>> split_at(const Array& a, std::span<const int64_t> positions, int64_t axis) {
  const int at = WALLE_TRY(normalise_axis(axis, a.rank()));
  const int64_t size = a.dim(at);
  auto clamp = [size](int64_t position) {
    return std::clamp<int64_t>(position < 0 ? position + size : position, 0, size);
  };
  std::vector<Array> parts;
  int64_t first = 0;
  for (const int64_t position : positions) {
    const int64_t end = std::max(first, clamp(position));
    parts.push_back(part(a, at, first, end - first));
    first = clamp(position);
  }
  parts.push_back(part(a, at, first, size - first));
  return parts;
}

Result<std::vector<Array>> split(const Array& a, int64_t count, int64_t axis, bool uneven) {
  const int at = WALLE_TRY(normalise_axis(axis, a.rank()));
  const int64_t size = a.dim(at);
  if (count < 1) return fail(ErrorCode::invalid_argument, "number sections must be larger than 0");
  if (count > kMostParts) return too_many();
  if (!uneven && size % count != 0) {
    return fail(ErrorCode::invalid_argument, "array split does not result in an equal division");
  }
  std::vector<int64_t> positions;
  int64_t end = 0;
  for (int64_t i = 0; i + 1 < count; ++i) positions.push_back(end += size / count + (i < size % count ? 1 : 0));
  return split_at(a, positions, at);
}

Result<Array> tile(const Array& a, const Dims& repeats) {
  Array result = a;
  while (result.rank() < repeats.size()) result = WALLE_TRY(expand_dims(result, {0}));
  const int shift = result.rank() - repeats.size();
  for (int i = 0; i < repeats.size(); ++i) {
    if (repeats[i] < 0) return fail(ErrorCode::invalid_argument, "negative repeats");
    if (repeats[i] == 1) continue;
    const int64_t size = result.dim(shift + i);
    int64_t total = 0;
    if (__builtin_mul_overflow(size, repeats[i], &total)) return too_many();
    const Array index = WALLE_TRY(Array::empty(DType::i64, {total}));
    for (int64_t k = 0; k < total; ++k) index.data<int64_t>()[k] = k % size;
    result = WALLE_TRY(take(result, index, shift + i));
  }
  return result.copy();
}

Result<Array> repeat(const Array& a, std::span<const int64_t> counts, int64_t axis) {
  const int at = WALLE_TRY(normalise_axis(axis, a.rank()));
  const int64_t size = a.dim(at);
  if (counts.size() != 1 && static_cast<int64_t>(counts.size()) != size) {
    return fail(ErrorCode::invalid_argument, "repeat needs one count, or one for each position");
  }
  auto count_of = [&](int64_t i) { return counts[counts.size() == 1 ? 0 : static_cast<size_t>(i)]; };
  int64_t total = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (count_of(i) < 0) return fail(ErrorCode::invalid_argument, "repeats may not contain negative values.");
    if (__builtin_add_overflow(total, count_of(i), &total)) return too_many();
  }
  const Array index = WALLE_TRY(Array::empty(DType::i64, {total}));
  int64_t* position = index.data<int64_t>();
  for (int64_t i = 0; i < size; ++i) position = std::fill_n(position, count_of(i), i);
  return take(a, index, at);
}

Result<Array> pad(const Array& a, const Dims& before, const Dims& after, PadMode mode, const Array& value) {
  Dims dims = a.dims();
  for (int i = 0; i < a.rank(); ++i) {
    if (before[i] < 0 || after[i] < 0) return fail(ErrorCode::invalid_argument, "pad widths must not be negative");
    if (std::max(before[i], after[i]) > kMostPadding) return too_many();
    dims[i] += before[i] + after[i];
  }
  if (mode == PadMode::constant) {
    Array out = WALLE_TRY(Array::empty(a.dtype(), dims));
    const Array spread = WALLE_TRY(broadcast_to(value, dims));
    assign_elements(spread, out);
    Array inside = out;
    for (int i = 0; i < a.rank(); ++i) inside = part(inside, i, before[i], a.dim(i));
    assign_elements(a, inside);
    return out;
  }
  Array result = a;
  for (int axis = 0; axis < a.rank(); ++axis) {
    const int64_t size = a.dim(axis);
    if (size == 0) return fail(ErrorCode::invalid_argument, "can't extend empty axis using modes other than constant");
    const Array index = WALLE_TRY(Array::empty(DType::i64, {before[axis] + size + after[axis]}));
    int64_t* position = index.data<int64_t>();
    for (int64_t i = -before[axis]; i < size + after[axis]; ++i) {
      const int64_t period = std::max<int64_t>(1, 2 * (size - 1));
      const int64_t folded = ((i % period) + period) % period;
      const int64_t mirrored = folded < size ? folded : period - folded;
      *position++ = mode == PadMode::edge ? std::clamp<int64_t>(i, 0, size - 1) : (size == 1 ? 0 : mirrored);
    }
    result = WALLE_TRY(take(result, index, axis));
  }
  return result;
}

Result<Array> roll(const Array& a, int64_t shift, int64_t axis) {
  const int at = WALLE_TRY(normalise_axis(axis, a.rank()));
  const int64_t size = a.dim(at);
  if (size == 0) return a.copy();
  const int64_t by = ((shift % size) + size) % size;
  const std::vector<Array> parts = {part(a, at, size - by, by), part(a, at, 0, size - by)};
  return concatenate(parts, at);
}

}  // namespace walle::np
