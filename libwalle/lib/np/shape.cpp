#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
tl::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }
}  // namespace

Result<int> normalise_axis(int64_t axis, int rank) {
  if (axis >= -rank && axis < rank) return static_cast<int>(axis < 0 ? axis + rank : axis);
  return wrong("axis " + std::to_string(axis) + " is out of bounds for array of dimension " + std::to_string(rank));
}

Result<Dims> normalise_axes(const Dims& axes, int rank) {
  Dims result;
  for (const int64_t axis : axes) result.push_back(WALLE_TRY(normalise_axis(axis, rank)));
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) return wrong("repeated axis");
  return result;
}

Result<Array> reshape(const Array& a, const Dims& wanted) {
  Dims dims = wanted;
  int64_t known = 1;
  int open = -1;
  for (int i = 0; i < dims.size(); ++i) {
    if (dims[i] < 0 && open >= 0) return wrong("can only specify one unknown dimension");
    if (dims[i] < 0) open = i;
    if (dims[i] >= 0 && __builtin_mul_overflow(known, dims[i], &known)) return wrong("shape is too large");
  }
  if (open >= 0 && known > 0 && a.size() % known == 0) dims[open] = a.size() / known;
  if ((open < 0 && known != a.size()) || (open >= 0 && dims[open] < 0)) {
    return wrong("cannot reshape array of size " + std::to_string(a.size()) + " into shape " + format_dims(wanted));
  }
  const Array flat = WALLE_TRY(a.contiguous());
  return flat.view(dims, contiguous_strides(dims));
}

Result<Array> transpose(const Array& a, const std::optional<Dims>& axes) {
  if (axes && axes->size() != a.rank()) return wrong("axes don't match array");
  Dims dims;
  Dims strides;
  if (axes) WALLE_TRY(normalise_axes(*axes, a.rank()));
  for (int i = 0; i < a.rank(); ++i) {
    const int from = axes ? *normalise_axis((*axes)[i], a.rank()) : a.rank() - 1 - i;
    dims.push_back(a.dim(from));
    strides.push_back(a.strides()[from]);
  }
  return a.view(dims, strides);
}

Result<Array> swap_axes(const Array& a, int64_t first, int64_t second) {
  const int i = WALLE_TRY(normalise_axis(first, a.rank()));
  const int j = WALLE_TRY(normalise_axis(second, a.rank()));
  Dims dims = a.dims();
  Dims strides = a.strides();
  std::swap(dims[i], dims[j]);
  std::swap(strides[i], strides[j]);
  return a.view(dims, strides);
}

Result<Array> move_axis(const Array& a, const Dims& from, const Dims& to) {
  if (from.size() != to.size()) return wrong("moveaxis needs as many destinations as sources");
  WALLE_TRY(normalise_axes(from, a.rank()));
  WALLE_TRY(normalise_axes(to, a.rank()));
  Dims order(a.rank(), -1);
  std::vector<bool> moved(static_cast<size_t>(a.rank()), false);
  for (int i = 0; i < from.size(); ++i) {
    const int source = *normalise_axis(from[i], a.rank());
    order[*normalise_axis(to[i], a.rank())] = source;
    moved[static_cast<size_t>(source)] = true;
  }
  int next = 0;
  for (int64_t& axis : order) {
    if (axis >= 0) continue;
    while (moved[static_cast<size_t>(next)]) ++next;
    axis = next++;
  }
  return transpose(a, order);
}

Result<Array> squeeze(const Array& a, const std::optional<Dims>& axes) {
  Dims dims;
  Dims strides;
  Dims chosen;
  if (axes) chosen = WALLE_TRY(normalise_axes(*axes, a.rank()));
  for (int i = 0; i < a.rank(); ++i) {
    const bool named = std::find(chosen.begin(), chosen.end(), i) != chosen.end();
    if (named && a.dim(i) != 1) return wrong("cannot select an axis to squeeze out which has size not equal to one");
    if (named || (!axes && a.dim(i) == 1)) continue;
    dims.push_back(a.dim(i));
    strides.push_back(a.strides()[i]);
  }
  return a.view(dims, strides);
}

Result<Array> expand_dims(const Array& a, const Dims& axes) {
  const int rank = a.rank() + axes.size();
  if (rank > kMaxRank) return wrong("arrays have at most 16 dimensions");
  Dims dims = a.dims();
  Dims strides = a.strides();
  for (const int64_t axis : WALLE_TRY(normalise_axes(axes, rank))) {
    dims.insert(static_cast<int>(axis), 1);
    strides.insert(static_cast<int>(axis), 0);
  }
  return a.view(dims, strides);
}

Result<Array> flip(const Array& a, const std::optional<Dims>& axes) {
  Dims all;
  for (int i = 0; i < a.rank(); ++i) all.push_back(i);
  Dims strides = a.strides();
  int64_t offset = 0;
  for (const int64_t axis : WALLE_TRY(normalise_axes(axes.value_or(all), a.rank()))) {
    const int i = static_cast<int>(axis);
    if (a.dim(i) > 0) offset += (a.dim(i) - 1) * strides[i];
    strides[i] = -strides[i];
  }
  return a.view(a.dims(), strides, offset);
}

Result<Dims> broadcast_dims(std::span<const Dims> all) {
  Dims result;
  for (const Dims& dims : all) {
    while (result.size() < dims.size()) result.insert(0, 1);
    for (int i = 1; i <= dims.size(); ++i) {
      int64_t& size = result[result.size() - i];
      const int64_t other = dims[dims.size() - i];
      if (size == other || other == 1) continue;
      if (size != 1) {
        std::string shapes;
        for (const Dims& d : all) shapes += " " + format_dims(d);
        return wrong("operands could not be broadcast together with shapes" + shapes);
      }
      size = other;
    }
  }
  return result;
}

Result<Array> broadcast_to(const Array& a, const Dims& dims) {
  WALLE_TRY(element_count(dims));
  const int shift = dims.size() - a.rank();
  bool fits = shift >= 0;
  Dims strides(dims.size(), 0);
  for (int i = 0; fits && i < a.rank(); ++i) {
    fits = a.dim(i) == dims[i + shift] || a.dim(i) == 1;
    strides[i + shift] = a.dim(i) == 1 ? 0 : a.strides()[i];
  }
  if (!fits) {
    return wrong("could not broadcast array of shape " + format_dims(a.dims()) + " to shape " + format_dims(dims));
  }
  return a.view(dims, strides);
}

Result<Array> dense_as(const Array& a, DType dtype) {
  const Array converted = WALLE_TRY(a.astype(dtype, false));
  return converted.contiguous();
}

Result<Array> spread_as(const Array& a, DType dtype, const Dims& dims) {
  const Array converted = WALLE_TRY(a.astype(dtype, false));
  return broadcast_to(converted, dims);
}

}  // namespace walle::np
