#pragma once

#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/elementwise.h"

namespace walle::np {

/// A row of `Op::apply(x, y)` on elements of type T with results of type R. The separate loops let the compiler make
/// vectors of the usual cases: everything in order, or one side constant.
template <class T, class R, class Op>
void binary_row(int64_t n, const std::byte* a, int64_t sa, const std::byte* b, int64_t sb, std::byte* o, int64_t so) {
  const T* x = reinterpret_cast<const T*>(a);
  const T* y = reinterpret_cast<const T*>(b);
  R* out = reinterpret_cast<R*>(o);
  if (sa == 1 && sb == 1 && so == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = store<R>(Op::apply(load(x[i]), load(y[i])));
  } else if (sa == 1 && sb == 0 && so == 1) {
    const auto constant = load(*y);
    for (int64_t i = 0; i < n; ++i) out[i] = store<R>(Op::apply(load(x[i]), constant));
  } else if (sa == 0 && sb == 1 && so == 1) {
    const auto constant = load(*x);
    for (int64_t i = 0; i < n; ++i) out[i] = store<R>(Op::apply(constant, load(y[i])));
  } else {
    for (int64_t i = 0; i < n; ++i) out[i * so] = store<R>(Op::apply(load(x[i * sa]), load(y[i * sb])));
  }
}

template <class T, class R, class Op>
void unary_row(int64_t n, const std::byte* a, int64_t sa, std::byte* o, int64_t so) {
  const T* x = reinterpret_cast<const T*>(a);
  R* out = reinterpret_cast<R*>(o);
  if (sa == 1 && so == 1) {
    for (int64_t i = 0; i < n; ++i) out[i] = store<R>(Op::apply(load(x[i])));
  } else {
    for (int64_t i = 0; i < n; ++i) out[i * so] = store<R>(Op::apply(load(x[i * sa])));
  }
}

/// Which element types a function is made for.
enum class Types : uint8_t { all, numbers, integers_and_bool, integers, floats };
template <class T>
constexpr bool includes(Types types) {
  switch (types) {
    case Types::all:
      return true;
    case Types::numbers:
      return !kIsBool<T>;
    case Types::integers_and_bool:
      return !kIsFloat<T>;
    case Types::integers:
      return !kIsFloat<T> && !kIsBool<T>;
    case Types::floats:
      return kIsFloat<T>;
  }
  return false;
}

template <class Op, Types kTypes, bool kPredicate = false>
BinaryRow binary_rows(DType dtype) {
  BinaryRow row = nullptr;
  visit(dtype, [&]<class T>(Tag<T>) {
    if constexpr (includes<T>(kTypes)) {
      if constexpr (kPredicate) {
        row = binary_row<T, bool, Op>;
      } else {
        row = binary_row<T, T, Op>;
      }
    }
  });
  return row;
}

template <class Op, Types kTypes, bool kPredicate = false>
UnaryRow unary_rows(DType dtype) {
  UnaryRow row = nullptr;
  visit(dtype, [&]<class T>(Tag<T>) {
    if constexpr (includes<T>(kTypes)) {
      if constexpr (kPredicate) {
        row = unary_row<T, bool, Op>;
      } else {
        row = unary_row<T, T, Op>;
      }
    }
  });
  return row;
}

}  // namespace walle::np
