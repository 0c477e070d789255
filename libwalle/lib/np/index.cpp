#include "libwalle/lib/np/index.h"

#include <cstring>
#include <vector>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/dtypes.h"
#include "libwalle/lib/np/select.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
tl::unexpected<Error> out_of_bounds(int64_t index, int axis, int64_t size) {
  return fail(ErrorCode::not_found, "index " + std::to_string(index) + " is out of bounds for axis " +
                                        std::to_string(axis) + " with size " + std::to_string(size));
}

/// What a slice selects of `size` elements: first position, count and step.
struct Span {
  int64_t first;
  int64_t count;
};
Result<Span> resolve(const Slice& slice, int64_t size) {
  if (slice.step == 0) return fail(ErrorCode::invalid_argument, "slice step cannot be zero");
  const bool back = slice.step < 0;
  auto clamp = [&](int64_t at) {
    if (at < 0) at += size;
    if (at < 0) return back ? int64_t{-1} : int64_t{0};
    return at >= size ? (back ? size - 1 : size) : at;
  };
  const int64_t start = slice.start == Slice::kNone ? (back ? size - 1 : 0) : clamp(slice.start);
  const int64_t stop = slice.stop == Slice::kNone ? (back ? -1 : size) : clamp(slice.stop);
  const int64_t distance = back ? start - stop : stop - start;
  if (distance <= 0) return Span{0, 0};
  // In unsigned numbers: a step may be as large as the type allows.
  const uint64_t step = back ? uint64_t{0} - static_cast<uint64_t>(slice.step) : static_cast<uint64_t>(slice.step);
  return Span{start, static_cast<int64_t>((static_cast<uint64_t>(distance) - 1) / step + 1)};
}

/// The view that the basic parts make, and which of its axes are indexed by arrays.
struct Plan {
  Dims dims;
  Dims strides;
  int64_t offset = 0;
  struct Advanced {
    int axis;  ///< in the view
    Array positions;
  };
  std::vector<Advanced> advanced;
  bool split = false;  ///< the array parts are not next to one another
};

int axes_used(const Index& index) {
  if (std::holds_alternative<NewAxis>(index) || std::holds_alternative<Ellipsis>(index)) return 0;
  const Array* array = std::get_if<Array>(&index);
  return array && array->dtype() == DType::boolean ? array->rank() : 1;
}

class Planner {
 public:
  Planner(const Array& a, std::span<const Index> indices) : a_(a), indices_(indices) {}

  Result<Plan> plan() {
    int used = 0;
    int ellipses = 0;
    bool arrays = false;
    for (const Index& index : indices_) {
      used += axes_used(index);
      ellipses += std::holds_alternative<Ellipsis>(index) ? 1 : 0;
      arrays = arrays || std::holds_alternative<Array>(index);
    }
    if (ellipses > 1) return fail(ErrorCode::not_found, "an index can only have a single ellipsis ('...')");
    if (used > a_.rank()) {
      return fail(ErrorCode::not_found, "too many indices for array: array is " + std::to_string(a_.rank()) +
                                            "-dimensional, but " + std::to_string(used) + " were indexed");
    }
    for (const Index& index : indices_) {
      WALLE_TRY(std::visit([&](const auto& part) { return add(part, a_.rank() - used, arrays); }, index));
    }
    while (axis_ < a_.rank()) keep();
    if (plan_.dims.full()) return fail(ErrorCode::not_found, "arrays have at most 16 dimensions");
    return std::move(plan_);
  }

 private:
  void keep() {
    plan_.dims.push_back(a_.dim(axis_));
    plan_.strides.push_back(a_.strides()[axis_]);
    ++axis_;
  }
  Status add(Ellipsis, int left, bool) {
    for (int i = 0; i < left; ++i) keep();
    close_group();
    return {};
  }
  Status add(NewAxis, int, bool) {
    plan_.dims.push_back(1);
    plan_.strides.push_back(0);
    close_group();
    return {};
  }
  Status add(int64_t position, int, bool arrays) {
    if (arrays) {
      Array scalar = WALLE_TRY(Array::copy_of(DType::i64, {}, &position));
      return add_positions(std::move(scalar));
    }
    const int64_t size = a_.dim(axis_);
    if (position < -size || position >= size) return out_of_bounds(position, axis_, size);
    plan_.offset += (position < 0 ? position + size : position) * a_.strides()[axis_];
    ++axis_;
    return {};
  }
  Status add(const Slice& slice, int, bool) {
    const Span span = WALLE_TRY(resolve(slice, a_.dim(axis_)));
    plan_.offset += span.first * a_.strides()[axis_];
    plan_.dims.push_back(span.count);
    plan_.strides.push_back(span.count > 1 ? a_.strides()[axis_] * slice.step : a_.strides()[axis_]);
    ++axis_;
    close_group();
    return {};
  }
  Status add(const Array& array, int, bool) {
    if (array.dtype() != DType::boolean) {
      if (is_float(array.dtype()) && array.size() > 0) {
        return fail(ErrorCode::not_found, "arrays used as indices must be of integer (or boolean) type");
      }
      Array positions = WALLE_TRY(array.astype(DType::i64, false));
      return add_positions(std::move(positions));
    }
    if (array.rank() == 0) return fail(ErrorCode::unsupported, "a truth value as index; use a[...] or a[:0]");
    for (int i = 0; i < array.rank(); ++i) {
      if (array.dim(i) != a_.dim(axis_ + i)) {
        return fail(ErrorCode::not_found, "boolean index did not match indexed array along axis " +
                                              std::to_string(axis_ + i) + "; size of axis is " +
                                              std::to_string(a_.dim(axis_ + i)) + " but size of boolean axis is " +
                                              std::to_string(array.dim(i)));
      }
    }
    std::vector<Array> found = WALLE_TRY(nonzero(array));
    for (Array& positions : found) WALLE_TRY(add_positions(std::move(positions)));
    return {};
  }
  Status add_positions(Array positions) {
    plan_.split = plan_.split || (closed_ && !plan_.advanced.empty());
    closed_ = false;
    plan_.advanced.push_back({plan_.dims.size(), std::move(positions)});
    keep();
    return {};
  }
  void close_group() { closed_ = true; }

  const Array& a_;
  std::span<const Index> indices_;
  Plan plan_;
  int axis_ = 0;
  bool closed_ = false;
};

/// An access by arrays: for each of `offsets` the box of the remaining axes.
struct Access {
  Array offsets;  ///< i64, in elements of the source; an array, so that the task pays for it
  Dims picked;    ///< shape of the index arrays
  Dims rest_dims;
  Dims rest_strides;
  int place = 0;  ///< where `picked` stands among the rest in the result
  [[nodiscard]] Dims result_dims() const {
    Dims dims;
    for (int i = 0; i < place; ++i) dims.push_back(rest_dims[i]);
    for (const int64_t d : picked) dims.push_back(d);
    for (int i = place; i < rest_dims.size(); ++i) dims.push_back(rest_dims[i]);
    return dims;
  }
};

Status add_offsets(const Plan::Advanced& part, const Plan& plan, Access& access) {
  const Array spread = WALLE_TRY(broadcast_to(part.positions, access.picked));
  const Array all = WALLE_TRY(spread.contiguous());
  const int64_t size = plan.dims[part.axis];
  const int64_t stride = plan.strides[part.axis];
  const int64_t* position = all.data<int64_t>();
  int64_t* offsets = access.offsets.data<int64_t>();
  for (int64_t i = 0; i < access.offsets.size(); ++i) {
    int64_t at = position[i];
    if (at < -size || at >= size) return out_of_bounds(at, part.axis, size);
    if (at < 0) at += size;
    offsets[i] += at * stride;
  }
  return {};
}

Result<Access> access_of(const Plan& plan) {
  Access access;
  std::vector<Dims> shapes;
  for (const auto& part : plan.advanced) shapes.push_back(part.positions.dims());
  auto picked = broadcast_dims(shapes);
  if (!picked) return fail(ErrorCode::not_found, "shape mismatch: indexing arrays could not be broadcast together");
  access.picked = *picked;
  access.offsets = WALLE_TRY(Array::empty(DType::i64, access.picked));
  std::fill_n(access.offsets.data<int64_t>(), access.offsets.size(), plan.offset);
  for (const auto& part : plan.advanced) WALLE_TRY(add_offsets(part, plan, access));
  size_t next = 0;
  for (int axis = 0; axis < plan.dims.size(); ++axis) {
    if (next < plan.advanced.size() && plan.advanced[next].axis == axis) {
      if (next == 0 && !plan.split) access.place = access.rest_dims.size();
      ++next;
      continue;
    }
    access.rest_dims.push_back(plan.dims[axis]);
    access.rest_strides.push_back(plan.strides[axis]);
  }
  if (access.rest_dims.size() + access.picked.size() > kMaxRank) {
    return fail(ErrorCode::not_found, "arrays have at most 16 dimensions");
  }
  return access;
}

/// Copies single elements of 1, 2, 4 or 8 bytes.
template <class Copy>
void copy_items(size_t bytes, Copy&& copy) {
  switch (bytes) {
    case 1:
      return copy(uint8_t{});
    case 2:
      return copy(uint16_t{});
    case 4:
      return copy(uint32_t{});
    default:
      return copy(uint64_t{});
  }
}

/// `dense` has the result's shape. gather: source → dense; else dense → source.
void transfer(const Array& source, const Access& access, const Array& dense, bool gather) {
  const int64_t count = access.offsets.size();
  const int64_t* offsets = access.offsets.data<int64_t>();
  const Dims picked_strides = contiguous_strides(access.picked);
  if (access.rest_dims.empty() && dense.is_contiguous() && source.dtype() == dense.dtype()) {
    return copy_items(source.item_bytes(), [&]<class T>(T) {
      T* base = source.data<T>();
      T* flat = dense.data<T>();
      for (int64_t i = 0; i < count; ++i) {
        T& element = base[offsets[i]];
        gather ? flat[i] = element : element = flat[i];
      }
    });
  }
  Dims rest_strides;
  for (int i = 0; i < access.rest_dims.size(); ++i) {
    rest_strides.push_back(dense.strides()[i < access.place ? i : i + access.picked.size()]);
  }
  for (int64_t i = 0; i < count; ++i) {
    int64_t offset = 0;
    int64_t left = i;
    for (int k = 0; k < access.picked.size(); ++k) {
      offset += left / picked_strides[k] * dense.strides()[access.place + k];
      left %= picked_strides[k];
    }
    const Array outer = source.view(access.rest_dims, access.rest_strides, offsets[i]);
    const Array inner = dense.view(access.rest_dims, rest_strides, offset);
    gather ? assign_elements(outer, inner) : assign_elements(inner, outer);
  }
}
}  // namespace

Result<Array> get(const Array& a, std::span<const Index> indices) {
  const Plan plan = WALLE_TRY(Planner(a, indices).plan());
  if (plan.advanced.empty()) return a.view(plan.dims, plan.strides, plan.offset);
  const Access access = WALLE_TRY(access_of(plan));
  Array result = WALLE_TRY(Array::empty(a.dtype(), access.result_dims()));
  if (result.size() > 0) transfer(a, access, result, true);
  return result;
}

Status set(const Array& a, std::span<const Index> indices, const Array& value) {
  if (!a.writable()) return fail(ErrorCode::invalid_argument, "assignment destination is read-only");
  const Plan plan = WALLE_TRY(Planner(a, indices).plan());
  // A value that shares memory with the target is copied first: a[1:] = a[:-1] must not read what it wrote.
  Array given = value;
  if (value.shares_storage(a)) given = WALLE_TRY(value.copy());
  Dims dims = plan.dims;
  std::optional<Access> access;
  if (!plan.advanced.empty()) {
    access = WALLE_TRY(access_of(plan));
    dims = access->result_dims();
  }
  // NumPy lets the value have leading axes of size 1 more than the target.
  while (given.rank() > dims.size() && given.dim(0) == 1) given = WALLE_TRY(squeeze(given, Dims{0}));
  const Array spread = WALLE_TRY(broadcast_to(given, dims));
  if (!access) {
    assign_elements(spread, a.view(plan.dims, plan.strides, plan.offset));
  } else if (spread.size() > 0) {
    const Array converted = WALLE_TRY(spread.astype(a.dtype(), false));
    transfer(a, *access, converted, false);
  }
  return {};
}

}  // namespace walle::np
