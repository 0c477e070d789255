#include "libwalle/lib/np/create.h"

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {

Result<Array> arange(double start, double step, int64_t count, DType dtype) {
  Array out = WALLE_TRY(Array::empty(dtype, {count}));
  visit(dtype, [&]<class T>(Tag<T>) {
    T* to = out.data<T>();
    // NumPy fills from the first two elements in the dtype itself.
    for (int64_t i = 0; i < count; ++i) to[i] = store<T>(start + static_cast<double>(i) * step);
  });
  return out;
}

Result<Array> arange_int(int64_t start, int64_t step, int64_t count, DType dtype) {
  Array out = WALLE_TRY(Array::empty(dtype, {count}));
  visit(dtype, [&]<class T>(Tag<T>) {
    T* to = out.data<T>();
    for (int64_t i = 0; i < count; ++i) to[i] = store<T>(start + i * step);
  });
  return out;
}

Result<Array> linspace(double start, double stop, int64_t count, bool endpoint, DType dtype) {
  const int64_t steps = endpoint ? count - 1 : count;
  const double step = steps > 0 ? (stop - start) / static_cast<double>(steps) : 0;
  Array out = WALLE_TRY(Array::empty(dtype, {count}));
  visit(dtype, [&]<class T>(Tag<T>) {
    T* to = out.data<T>();
    for (int64_t i = 0; i < count; ++i) to[i] = store<T>(static_cast<double>(i) * step + start);
    if (endpoint && count > 1) to[count - 1] = store<T>(stop);
  });
  return out;
}

Result<Array> eye(int64_t rows, int64_t columns, int64_t k, DType dtype) {
  Array out = WALLE_TRY(Array::zeros(dtype, {rows, columns}));
  visit(dtype, [&]<class T>(Tag<T>) {
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t column = row + k;
      if (column >= 0 && column < columns) out.data<T>()[row * columns + column] = store<T>(1);
    }
  });
  return out;
}

Result<Array> full(const Dims& dims, const Array& value, DType dtype) {
  Array out = WALLE_TRY(Array::empty(dtype, dims));
  const Array spread = WALLE_TRY(broadcast_to(value, dims));
  assign_elements(spread, out);
  return out;
}

Result<Array> triangle(const Array& a, int64_t k, bool lower) {
  if (a.rank() < 2) return fail(ErrorCode::invalid_argument, "a triangle needs at least two dimensions");
  Array out = WALLE_TRY(a.copy());
  const int64_t rows = a.dim(a.rank() - 2);
  const int64_t columns = a.dim(a.rank() - 1);
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    for (int64_t i = 0; i < out.size(); ++i) {
      const int64_t row = i / columns % rows;
      const int64_t column = i % columns;
      if (lower ? column > row + k : column < row + k) out.data<T>()[i] = T{};
    }
  });
  return out;
}

Result<Array> diagonal(const Array& a, int64_t k) {
  const int64_t before = k < 0 ? -k : 0;
  const int64_t after = k > 0 ? k : 0;
  if (a.rank() == 1) {
    const int64_t size = a.dim(0) + before + after;
    Array out = WALLE_TRY(Array::zeros(a.dtype(), {size, size}));
    assign_elements(a, out.view(a.dims(), {size + 1}, before * size + after));
    return out;
  }
  if (a.rank() != 2) return fail(ErrorCode::invalid_argument, "diag needs one or two dimensions");
  const int64_t count = std::max<int64_t>(0, std::min(a.dim(0) - before, a.dim(1) - after));
  const int64_t offset = count > 0 ? before * a.strides()[0] + after * a.strides()[1] : 0;
  return a.view({count}, {a.strides()[0] + a.strides()[1]}, offset);
}

}  // namespace walle::np
