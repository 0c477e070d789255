#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "kernels/abi/dtype.h"
#include "libwalle/base/result.h"
#include "libwalle/lib/np/dims.h"
#include "libwalle/lib/np/memory.h"

namespace walle::np {

/// Alignment of storage that arrays own, in bytes: a cache line and the widest vector.
inline constexpr size_t kAlignment = 64;

/// A block of memory that several arrays may view. Owned (allocated, charged) or borrowed (kept alive by `owner`).
/// Freed when the last array that views it goes.
class Storage;

/// A strided view of shared storage: NumPy's ndarray without Python. Copying an Array copies the view, never the
/// elements. Strides and offset are in elements; strides may be 0 (broadcast) or negative.
/// Thread: distinct Arrays may be used on distinct threads; writing to shared storage is the caller's to order.
class Array {
 public:
  /// No elements: dtype f32, dims {0}.
  Array() : dims_{0}, strides_{1} {}

  /// A new C-contiguous array with uninitialised elements, charged to the thread's account.
  /// Errors: invalid_argument for a negative size; resource_exhausted when the account or the system refuses.
  [[nodiscard]] static Result<Array> empty(DType dtype, const Dims& dims);
  [[nodiscard]] static Result<Array> zeros(DType dtype, const Dims& dims);
  /// A new 1-d array with a copy of `count` elements at `data`.
  [[nodiscard]] static Result<Array> copy_of(DType dtype, const Dims& dims, const void* data);
  /// A view of foreign memory, kept alive by `owner`. `data` is the first element (that with index 0, …, 0).
  [[nodiscard]] static Array borrow(DType dtype, const Dims& dims, const Dims& strides, void* data,
                                    std::shared_ptr<void> owner, bool writable);

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const Dims& dims() const { return dims_; }
  [[nodiscard]] const Dims& strides() const { return strides_; }
  [[nodiscard]] int rank() const { return dims_.size(); }
  [[nodiscard]] int64_t dim(int axis) const { return dims_[axis]; }
  /// Number of elements.
  [[nodiscard]] int64_t size() const;
  [[nodiscard]] size_t item_bytes() const;
  [[nodiscard]] size_t bytes() const { return static_cast<size_t>(size()) * item_bytes(); }
  /// Elements lie in C order without gaps (any array of ≤ 1 element does).
  [[nodiscard]] bool is_contiguous() const;
  [[nodiscard]] bool writable() const { return writable_; }
  void set_writable(bool writable) { writable_ = writable; }

  /// First element. T must be the C type of dtype() (bool for boolean); not checked.
  template <class T>
  [[nodiscard]] T* data() const {
    return reinterpret_cast<T*>(data_);
  }
  [[nodiscard]] void* raw() const { return data_; }

  /// This array if it is contiguous, else a contiguous copy. Errors: resource_exhausted.
  [[nodiscard]] Result<Array> contiguous() const;
  /// A contiguous copy that shares nothing. Errors: resource_exhausted.
  [[nodiscard]] Result<Array> copy() const;
  /// A contiguous copy converted to `dtype` by C's rules (float → bool: != 0); this array when nothing changes
  /// and `always_copy` is false.
  [[nodiscard]] Result<Array> astype(DType dtype, bool always_copy = true) const;

  /// A view on the same storage: `offset` elements after this array's first. Bounds are the caller's to keep.
  [[nodiscard]] Array view(const Dims& dims, const Dims& strides, int64_t offset = 0) const;
  /// The same memory with another dtype of the same size.
  [[nodiscard]] Array reinterpret(DType dtype) const;
  /// True if both view the same storage (they may still not overlap).
  [[nodiscard]] bool shares_storage(const Array& other) const { return storage_ && storage_ == other.storage_; }

 private:
  DType dtype_ = DType::f32;
  bool writable_ = true;
  Dims dims_;
  Dims strides_;
  std::byte* data_ = nullptr;
  std::shared_ptr<Storage> storage_;
};

/// Strides of a C-contiguous array with these sizes, in elements.
[[nodiscard]] Dims contiguous_strides(const Dims& dims);
/// Product of the sizes; error invalid_argument if negative or more than 2^62 elements.
[[nodiscard]] Result<int64_t> element_count(const Dims& dims);
/// "(2, 3)": for messages and repr.
[[nodiscard]] std::string format_dims(const Dims& dims);

}  // namespace walle::np
