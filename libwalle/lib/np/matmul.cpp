#include "libwalle/lib/np/matmul.h"

#include <array>
#include <vector>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/element.h"
#include "libwalle/lib/np/elementwise.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {
tl::unexpected<Error> mismatch(const Array& a, const Array& b) {
  return fail(ErrorCode::invalid_argument,
              "matmul: shapes " + format_dims(a.dims()) + " and " + format_dims(b.dims()) + " not aligned");
}

/// C = A·B for one pair of contiguous matrices. Rows of B stream through the cache, the inner loop is over columns.
template <class T>
void multiply(const T* a, const T* b, T* c, int64_t rows, int64_t inner, int64_t columns) {
  using Sum = std::conditional_t<kIsBool<T>, uint8_t, Compute<T>>;  // no vector<bool>
  constexpr int64_t kBlock = 512;
  std::vector<Sum> sums(static_cast<size_t>(std::min(kBlock, columns)));
  for (int64_t begin = 0; begin < columns; begin += kBlock) {
    const int64_t width = std::min(kBlock, columns - begin);
    for (int64_t row = 0; row < rows; ++row) {
      std::fill(sums.begin(), sums.end(), Sum{});
      for (int64_t k = 0; k < inner; ++k) {
        const Sum factor = load(a[row * inner + k]);
        const T* line = b + k * columns + begin;
        Sum* sum = sums.data();
        for (int64_t j = 0; j < width; ++j) {
          if constexpr (kIsBool<T>) {
            sum[j] = sum[j] | static_cast<Sum>(factor && line[j]);
          } else if constexpr (std::is_integral_v<T>) {
            sum[j] = static_cast<Sum>(static_cast<uint64_t>(sum[j]) +
                                      static_cast<uint64_t>(factor) * static_cast<uint64_t>(line[j]));
          } else {
            sum[j] += factor * load(line[j]);
          }
        }
      }
      for (int64_t j = 0; j < width; ++j) c[row * columns + begin + j] = store<T>(sums[static_cast<size_t>(j)]);
    }
  }
}

Dims batch_of(const Dims& dims) { return Dims(dims.span().first(static_cast<size_t>(dims.size() - 2))); }

Result<Array> multiply_batches(const Array& a, const Array& b) {
  const int64_t rows = a.dim(a.rank() - 2);
  const int64_t inner = a.dims().back();
  const int64_t columns = b.dims().back();
  const std::array batches = {batch_of(a.dims()), batch_of(b.dims())};
  const Dims batch = WALLE_TRY(broadcast_dims(batches));
  auto spread = [&](const Array& array, int64_t m, int64_t n) -> Result<Array> {
    Dims dims = batch;
    dims.push_back(m);
    dims.push_back(n);
    const Array wide = WALLE_TRY(broadcast_to(array, dims));
    return wide.contiguous();
  };
  const Array x = WALLE_TRY(spread(a, rows, inner));
  const Array y = WALLE_TRY(spread(b, inner, columns));
  Dims dims = batch;
  dims.push_back(rows);
  dims.push_back(columns);
  Array out = WALLE_TRY(Array::empty(a.dtype(), dims));
  const int64_t count = WALLE_TRY(element_count(batch));
  visit(a.dtype(), [&]<class T>(Tag<T>) {
    for (int64_t i = 0; i < count; ++i) {
      multiply(x.data<T>() + i * rows * inner, y.data<T>() + i * inner * columns, out.data<T>() + i * rows * columns,
               rows, inner, columns);
    }
  });
  return out;
}
}  // namespace

Result<Array> matmul(const Array& a, const Array& b) {
  if (a.rank() == 0 || b.rank() == 0)
    return fail(ErrorCode::invalid_argument, "matmul: scalars are not allowed; use *");
  const DType dtype = promote(a.dtype(), b.dtype());
  Array left = WALLE_TRY(a.astype(dtype, false));
  Array right = WALLE_TRY(b.astype(dtype, false));
  if (a.rank() == 1) left = WALLE_TRY(expand_dims(left, {0}));
  if (b.rank() == 1) right = WALLE_TRY(expand_dims(right, {1}));
  if (left.dims().back() != right.dim(right.rank() - 2)) return mismatch(a, b);
  Array out = WALLE_TRY(multiply_batches(left, right));
  if (b.rank() == 1) out = WALLE_TRY(squeeze(out, Dims{-1}));
  if (a.rank() == 1) out = WALLE_TRY(squeeze(out, Dims{b.rank() == 1 ? -1 : -2}));
  return out;
}

Result<Array> dot(const Array& a, const Array& b) {
  if (a.rank() == 0 || b.rank() == 0) return apply(kMultiply, {a}, {b});
  if (b.rank() <= 2) {
    if (a.rank() <= 2 || b.rank() == 1) return matmul(a, b);
    // Many rows against one matrix: the leading axes of a are rows.
    const Array flat = WALLE_TRY(reshape(a, {-1, a.dims().back()}));
    const Array product = WALLE_TRY(matmul(flat, b));
    Dims dims = a.dims();
    dims[a.rank() - 1] = b.dims().back();
    return reshape(product, dims);
  }
  return fail(ErrorCode::unsupported, "dot with a second operand of more than two dimensions; use matmul");
}

}  // namespace walle::np
