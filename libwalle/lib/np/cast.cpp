#include "libwalle/lib/np/cast.h"

#include <cstring>

#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/iterate.h"

namespace walle::np {
namespace {
template <class From, class To>
void cast_row(int64_t count, const From* from, int64_t from_stride, To* to, int64_t to_stride) {
  if (from_stride == 1 && to_stride == 1) {
    for (int64_t i = 0; i < count; ++i) to[i] = store<To>(load(from[i]));
    return;
  }
  for (int64_t i = 0; i < count; ++i) to[i * to_stride] = store<To>(load(from[i * from_stride]));
}

template <class T>
void copy_row(int64_t count, const T* from, int64_t from_stride, T* to, int64_t to_stride) {
  if (from_stride == 1 && to_stride == 1) {
    std::memmove(to, from, static_cast<size_t>(count) * sizeof(T));
    return;
  }
  for (int64_t i = 0; i < count; ++i) to[i * to_stride] = from[i * from_stride];
}

std::array<LoopOperand, 2> operands(const Array& from, const Array& to) {
  return {LoopOperand{static_cast<std::byte*>(from.raw()), from.strides(), from.item_bytes()},
          LoopOperand{static_cast<std::byte*>(to.raw()), to.strides(), to.item_bytes()}};
}

template <class From, class To>
void cast(const Array& from, const Array& to) {
  for_each_row(to.dims(), operands(from, to), [](int64_t n, auto& at, auto& stride) {
    cast_row(n, reinterpret_cast<const From*>(at[0]), stride[0], reinterpret_cast<To*>(at[1]), stride[1]);
  });
}
}  // namespace

void assign_elements(const Array& from, const Array& to) {
  if (from.dtype() == to.dtype()) {
    visit(from.dtype(), [&]<class T>(Tag<T>) {
      for_each_row(to.dims(), operands(from, to), [](int64_t n, auto& at, auto& stride) {
        copy_row(n, reinterpret_cast<const T*>(at[0]), stride[0], reinterpret_cast<T*>(at[1]), stride[1]);
      });
    });
    return;
  }
  visit(from.dtype(),
        [&]<class From>(Tag<From>) { visit(to.dtype(), [&]<class To>(Tag<To>) { cast<From, To>(from, to); }); });
}

double to_double(DType dtype, const void* data) {
  double value = 0;
  visit(dtype, [&]<class T>(Tag<T>) { value = static_cast<double>(load(*static_cast<const T*>(data))); });
  return value;
}

int64_t to_int64(DType dtype, const void* data) {
  int64_t value = 0;
  visit(dtype, [&]<class T>(Tag<T>) { value = static_cast<int64_t>(load(*static_cast<const T*>(data))); });
  return value;
}

}  // namespace walle::np
