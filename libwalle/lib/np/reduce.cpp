#include "libwalle/lib/np/reduce.h"

#include <array>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/dtypes.h"
#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/elementwise.h"
#include "libwalle/lib/np/iterate.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
/// dtype of a sum of elements, and the one in which it is accumulated.
DType sum_dtype(DType dtype) {
  if (dtype == DType::boolean || kind_of(dtype) == 'i') return DType::i64;
  return kind_of(dtype) == 'u' ? DType::u64 : dtype;
}
DType accumulator(DType dtype) { return is_float(dtype) ? DType::f64 : dtype; }

struct Shape {
  Dims reduced;  ///< with the axes as size 1
  Dims final;    ///< as the caller wants it
  int64_t count = 1;
};

Result<Shape> shape_of(const Array& a, const ReduceOptions& options) {
  Dims all;
  for (int i = 0; i < a.rank(); ++i) all.push_back(i);
  const Dims axes = WALLE_TRY(normalise_axes(options.axes.value_or(all), a.rank()));
  Shape shape{a.dims(), {}};
  for (const int64_t axis : axes) {
    shape.count *= a.dim(static_cast<int>(axis));
    shape.reduced[static_cast<int>(axis)] = 1;
  }
  for (int i = 0; i < a.rank(); ++i) {
    const bool gone = std::find(axes.begin(), axes.end(), i) != axes.end();
    if (!gone || options.keep_dims) shape.final.push_back(gone ? 1 : a.dim(i));
  }
  return shape;
}

Array finished(const Array& result, const Shape& shape) {
  return result.view(shape.final, contiguous_strides(shape.final));
}

LoopOperand loop_operand(const Array& a) { return {a.data<std::byte>(), a.strides(), a.item_bytes()}; }

/// acc = Op(acc, element) for every element of `a`; `acc` has size 1 along reduced axes.
template <class T, class A, class Op>
void accumulate(const Array& a, const Array& acc) {
  auto spread = broadcast_to(acc, a.dims());
  for_each_row(a.dims(), std::array{loop_operand(a), loop_operand(*spread)}, [](int64_t n, auto& at, auto& stride) {
    const T* from = reinterpret_cast<const T*>(at[0]);
    A* to = reinterpret_cast<A*>(at[1]);
    if (stride[1] != 0) {
      for (int64_t i = 0; i < n; ++i) to[i * stride[1]] = Op::apply(to[i * stride[1]], load(from[i * stride[0]]));
      return;
    }
    if (stride[0] != 1 || n < 16) {
      A total = *to;
      for (int64_t i = 0; i < n; ++i) total = Op::apply(total, load(from[i * stride[0]]));
      *to = total;
      return;
    }
    // Eight at once: the additions of one chain would wait for one another.
    std::array<A, 8> totals;
    totals.fill(Op::template identity<A>(*to));
    totals[0] = *to;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
      for (size_t k = 0; k < 8; ++k) totals[k] = Op::apply(totals[k], load(from[i + static_cast<int64_t>(k)]));
    }
    A total = totals[0];
    for (size_t k = 1; k < 8; ++k) total = Op::apply(total, totals[k]);
    for (; i < n; ++i) total = Op::apply(total, load(from[i]));
    *to = total;
  });
}

struct Add {
  template <class A, class V>
  static A apply(A a, V x) {
    if constexpr (kIsBool<A>) {
      return a || x;
    } else if constexpr (std::is_integral_v<A>) {
      return static_cast<A>(static_cast<uint64_t>(a) + static_cast<uint64_t>(x));
    } else {
      return a + static_cast<A>(x);
    }
  }
  template <class A>
  static A identity(A) {
    return A{0};
  }
};
struct Multiply {
  template <class A, class V>
  static A apply(A a, V x) {
    if constexpr (kIsBool<A>) {
      return a && x;
    } else if constexpr (std::is_integral_v<A>) {
      return static_cast<A>(static_cast<uint64_t>(a) * static_cast<uint64_t>(x));
    } else {
      return a * static_cast<A>(x);
    }
  }
  template <class A>
  static A identity(A) {
    return A{1};
  }
};
struct Least {
  template <class A, class V>
  static A apply(A a, V x) {
    return x < a || is_nan(x) ? static_cast<A>(x) : a;
  }
  template <class A>
  static A identity(A begin) {
    return begin;
  }
};
struct Greatest {
  template <class A, class V>
  static A apply(A a, V x) {
    return x > a || is_nan(x) ? static_cast<A>(x) : a;
  }
  template <class A>
  static A identity(A begin) {
    return begin;
  }
};
struct Or {
  template <class A, class V>
  static A apply(A a, V x) {
    return a || x != V{};
  }
  template <class A>
  static A identity(A) {
    return A{0};
  }
};
struct And {
  template <class A, class V>
  static A apply(A a, V x) {
    return a && x != V{};
  }
  template <class A>
  static A identity(A) {
    return A{1};
  }
};

template <class Op>
Result<Array> fold(const Array& a, const ReduceOptions& options, double begin) {
  const Shape shape = WALLE_TRY(shape_of(a, options));
  const DType dtype = options.dtype.value_or(sum_dtype(a.dtype()));
  const DType wide = accumulator(dtype);
  const Array start = WALLE_TRY(Array::copy_of(DType::f64, {}, &begin));
  Array acc = WALLE_TRY(Array::empty(wide, shape.reduced));
  const Array spread = WALLE_TRY(broadcast_to(start, shape.reduced));
  assign_elements(spread, acc);
  const Array from = is_float(wide) || !is_float(a.dtype()) ? a : WALLE_TRY(a.astype(wide));
  visit(from.dtype(), [&]<class T>(Tag<T>) {
    if (wide == DType::f64) return accumulate<T, double, Op>(from, acc);
    if constexpr (!kIsFloat<T>) {
      if (wide == DType::u64) return accumulate<T, uint64_t, Op>(from, acc);
      return accumulate<T, int64_t, Op>(from, acc);
    }
  });
  const Array result = WALLE_TRY(acc.astype(dtype, false));
  return finished(result, shape);
}

template <class Op>
Result<Array> extreme(const Array& a, const ReduceOptions& options, const char* name) {
  const Shape shape = WALLE_TRY(shape_of(a, options));
  if (shape.count == 0) {
    return fail(ErrorCode::invalid_argument,
                "zero-size array to reduction operation " + std::string(name) + " which has no identity");
  }
  // Narrow floats are compared as floats; the results are elements, so converting back is exact.
  const bool narrow = a.dtype() == DType::f16 || a.dtype() == DType::bf16;
  const Array from = narrow ? WALLE_TRY(a.astype(DType::f32)) : a;
  Array acc = WALLE_TRY(Array::empty(from.dtype(), shape.reduced));
  assign_elements(from.view(shape.reduced, from.strides()), acc);
  visit(from.dtype(), [&]<class T>(Tag<T>) {
    if constexpr (std::is_same_v<T, Compute<T>>) accumulate<T, T, Op>(from, acc);
  });
  const Array result = WALLE_TRY(acc.astype(a.dtype(), false));
  return finished(result, shape);
}

template <class Op>
Result<Array> truth(const Array& a, const ReduceOptions& options, bool begin) {
  const Shape shape = WALLE_TRY(shape_of(a, options));
  Array acc = WALLE_TRY(Array::empty(DType::boolean, shape.reduced));
  std::fill_n(acc.data<bool>(), acc.size(), begin);
  visit(a.dtype(), [&]<class T>(Tag<T>) { accumulate<T, bool, Op>(a, acc); });
  return finished(acc, shape);
}

template <class Better>
Result<Array> position(const Array& a, std::optional<int64_t> axis, bool keep_dims, Better better) {
  const Array source = axis ? a : WALLE_TRY(reshape(a, {-1}));
  const int at = WALLE_TRY(normalise_axis(axis.value_or(0), source.rank()));
  const int64_t size = source.dim(at);
  if (size == 0) return fail(ErrorCode::invalid_argument, "attempt to get argmin or argmax of an empty sequence");
  Dims dims = source.dims();
  Dims strides = source.strides();
  dims.erase(at);
  strides.erase(at);
  Array out = WALLE_TRY(Array::empty(DType::i64, dims));
  const LoopOperand rows{source.data<std::byte>(), strides, source.item_bytes()};
  const int64_t step = source.strides()[at];
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    for_each_row(dims, std::array{rows, loop_operand(out)}, [&](int64_t n, auto& where, auto& stride) {
      for (int64_t i = 0; i < n; ++i) {
        const T* line = reinterpret_cast<const T*>(where[0]) + i * stride[0];
        int64_t best = 0;
        auto value = load(line[0]);
        for (int64_t k = 1; k < size; ++k) {
          const auto x = load(line[k * step]);
          if (!(better(x, value) || (is_nan(x) && !is_nan(value)))) continue;
          best = k;
          value = x;
        }
        reinterpret_cast<int64_t*>(where[1])[i * stride[1]] = best;
      }
    });
  });
  if (!keep_dims) return out;
  if (axis) return expand_dims(out, {at});
  return reshape(out, Dims(a.rank(), 1));
}

template <class Op>
Result<Array> running(const Array& a, std::optional<int64_t> axis, std::optional<DType> wanted) {
  const Array source = axis ? a : WALLE_TRY(reshape(a, {-1}));
  const int at = WALLE_TRY(normalise_axis(axis.value_or(0), source.rank()));
  const DType dtype = wanted.value_or(sum_dtype(a.dtype()));
  Array out = WALLE_TRY(source.astype(dtype));
  Dims dims = out.dims();
  const int64_t size = dims[at];
  const int64_t step = out.strides()[at];
  Dims strides = out.strides();
  dims.erase(at);
  strides.erase(at);
  const LoopOperand rows{out.data<std::byte>(), strides, out.item_bytes()};
  visit(dtype, [&]<class T>(Tag<T>) {
    for_each_row(dims, std::array{rows}, [&](int64_t n, auto& where, auto& stride) {
      for (int64_t i = 0; i < n; ++i) {
        T* line = reinterpret_cast<T*>(where[0]) + i * stride[0];
        for (int64_t k = 1; k < size; ++k) {
          line[k * step] = store<T>(Op::apply(load(line[(k - 1) * step]), load(line[k * step])));
        }
      }
    });
  });
  return out;
}

/// Means of integers are float64; of floats their own dtype.
DType mean_dtype(const Array& a, const ReduceOptions& options) {
  return options.dtype.value_or(is_float(a.dtype()) ? a.dtype() : DType::f64);
}

Result<Array> mean_wide(const Array& a, const ReduceOptions& options, double ddof) {
  ReduceOptions wide = options;
  wide.dtype = DType::f64;
  const Array total = WALLE_TRY(sum(a, wide));
  const Shape shape = WALLE_TRY(shape_of(a, options));
  const double count = std::max(0.0, static_cast<double>(shape.count) - ddof);
  const Array divisor = WALLE_TRY(Array::copy_of(DType::f64, {}, &count));
  return apply(kDivide, {total}, {divisor});
}
}  // namespace

Result<Array> sum(const Array& a, const ReduceOptions& options) { return fold<Add>(a, options, 0); }
Result<Array> prod(const Array& a, const ReduceOptions& options) { return fold<Multiply>(a, options, 1); }
Result<Array> min(const Array& a, const ReduceOptions& options) { return extreme<Least>(a, options, "minimum"); }
Result<Array> max(const Array& a, const ReduceOptions& options) { return extreme<Greatest>(a, options, "maximum"); }
Result<Array> any(const Array& a, const ReduceOptions& options) { return truth<Or>(a, options, false); }
Result<Array> all(const Array& a, const ReduceOptions& options) { return truth<And>(a, options, true); }

Result<Array> mean(const Array& a, const ReduceOptions& options) {
  const Array wide = WALLE_TRY(mean_wide(a, options, 0));
  return wide.astype(mean_dtype(a, options), false);
}

Result<Array> var(const Array& a, const ReduceOptions& options, double ddof) {
  ReduceOptions kept = options;
  kept.keep_dims = true;
  const Array centre = WALLE_TRY(mean_wide(a, kept, 0));
  const Array wide = WALLE_TRY(a.astype(DType::f64, false));
  const Array distance = WALLE_TRY(apply(kSubtract, {wide}, {centre}));
  const Array squares = WALLE_TRY(apply(kSquare, distance));
  const Array result = WALLE_TRY(mean_wide(squares, options, ddof));
  return result.astype(mean_dtype(a, options), false);
}

Result<Array> std_dev(const Array& a, const ReduceOptions& options, double ddof) {
  ReduceOptions wide = options;
  wide.dtype = DType::f64;
  const Array variance = WALLE_TRY(var(a, wide, ddof));
  const Array root = WALLE_TRY(apply(kSqrt, variance));
  return root.astype(mean_dtype(a, options), false);
}

Result<Array> arg_min(const Array& a, std::optional<int64_t> axis, bool keep_dims) {
  return position(a, axis, keep_dims, [](auto x, auto best) { return x < best; });
}
Result<Array> arg_max(const Array& a, std::optional<int64_t> axis, bool keep_dims) {
  return position(a, axis, keep_dims, [](auto x, auto best) { return x > best; });
}

Result<Array> cumulative_sum(const Array& a, std::optional<int64_t> axis, std::optional<DType> dtype) {
  return running<Add>(a, axis, dtype);
}
Result<Array> cumulative_prod(const Array& a, std::optional<int64_t> axis, std::optional<DType> dtype) {
  return running<Multiply>(a, axis, dtype);
}

}  // namespace walle::np
