#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/abi/dtype.h"
#include "libwalle/base/result.h"

namespace walle::engine {

/// Most elements of a tensor; sizes from outside are checked against it before anything is allocated.
inline constexpr int64_t kMaxElements = int64_t{1} << 40;

/// Bytes with an owner. Thread-safe to share while nobody writes.
class Storage {
 public:
  virtual ~Storage() = default;
  [[nodiscard]] virtual uint8_t* data() = 0;
  [[nodiscard]] virtual const uint8_t* data() const = 0;
  [[nodiscard]] virtual size_t bytes() const = 0;
};

/// A dense, row-major array: dtype, dims and a shared reference to its bytes. Copying a Tensor copies the reference.
/// Rank 0 is a scalar; a dim of 0 makes it empty. Thread: const access is safe from several threads.
class Tensor {
 public:
  Tensor() = default;

  /// A new tensor with undefined (`zeros`: zero) contents, 64-byte aligned. dims: each ≥ 0.
  /// Errors: invalid_argument for dims < 0, or over kMaxElements (dims of 0 aside); resource_exhausted without memory.
  [[nodiscard]] static Result<Tensor> empty(DType dtype, std::span<const int64_t> dims);
  [[nodiscard]] static Result<Tensor> zeros(DType dtype, std::span<const int64_t> dims);

  /// A tensor over bytes that somebody else made: `keep_alive` is held as long as the tensor or a copy lives.
  /// Requires: data holds bytes_of(dtype, count) bytes. Writing through it is allowed if the owner allows it.
  [[nodiscard]] static Result<Tensor> borrow(DType dtype, std::span<const int64_t> dims, void* data,
                                             std::shared_ptr<void> keep_alive);

  /// A tensor with these values. Errors as `empty`; invalid_argument if the count differs.
  template <class T>
  [[nodiscard]] static Result<Tensor> of(std::span<const int64_t> dims, std::span<const T> values) {
    return copy_of(kDTypeOf<T>, dims, values.data(), values.size());
  }
  template <class T>
  [[nodiscard]] static Tensor scalar(T value) {
    return *copy_of(kDTypeOf<T>, {}, &value, 1);
  }

  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] const std::vector<int64_t>& dims() const { return dims_; }
  [[nodiscard]] int64_t count() const { return count_; }
  [[nodiscard]] int64_t bytes() const { return bytes_of(dtype_, count_); }
  [[nodiscard]] bool defined() const { return storage_ != nullptr; }
  [[nodiscard]] const void* data() const { return storage_ ? storage_->data() + offset_ : nullptr; }
  [[nodiscard]] void* mutable_data() { return storage_ ? storage_->data() + offset_ : nullptr; }
  [[nodiscard]] const std::shared_ptr<Storage>& storage() const { return storage_; }

  /// The elements. Requires: T is the dtype's type.
  template <class T>
  [[nodiscard]] std::span<const T> values() const {
    return {static_cast<const T*>(data()), static_cast<size_t>(count_)};
  }
  template <class T>
  [[nodiscard]] std::span<T> mutable_values() {
    return {static_cast<T*>(mutable_data()), static_cast<size_t>(count_)};
  }

  /// The same bytes with other dims. Errors: invalid_argument if the count differs.
  [[nodiscard]] Result<Tensor> reshaped(std::span<const int64_t> dims) const;

 private:
  [[nodiscard]] static Result<Tensor> copy_of(DType dtype, std::span<const int64_t> dims, const void* values,
                                              size_t count);

  DType dtype_ = DType::f32;
  std::vector<int64_t> dims_;
  int64_t count_ = 0;
  size_t offset_ = 0;
  std::shared_ptr<Storage> storage_;
};

/// "f32[1,3,640,640]" for messages.
[[nodiscard]] std::string describe(DType dtype, std::span<const int64_t> dims);

}  // namespace walle::engine
