#include <walle/engine/tensor.h>

#include <cstring>
#include <new>

#include "libwalle/base/sanitized.h"

namespace walle::engine {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kBehind = kSanitized ? 0 : kAlignment;  // a sanitizer is to see what goes beyond the elements

class OwnedStorage final : public Storage {
 public:
  OwnedStorage(uint8_t* data, size_t bytes) : data_(data), bytes_(bytes) {}
  ~OwnedStorage() override { ::operator delete (data_, std::align_val_t{kAlignment}); }
  OwnedStorage(const OwnedStorage&) = delete;
  OwnedStorage& operator=(const OwnedStorage&) = delete;
  [[nodiscard]] uint8_t* data() override { return data_; }
  [[nodiscard]] const uint8_t* data() const override { return data_; }
  [[nodiscard]] size_t bytes() const override { return bytes_; }

 private:
  uint8_t* data_;
  size_t bytes_;
};

class BorrowedStorage final : public Storage {
 public:
  BorrowedStorage(uint8_t* data, size_t bytes, std::shared_ptr<void> keep_alive)
      : data_(data), bytes_(bytes), keep_alive_(std::move(keep_alive)) {}
  [[nodiscard]] uint8_t* data() override { return data_; }
  [[nodiscard]] const uint8_t* data() const override { return data_; }
  [[nodiscard]] size_t bytes() const override { return bytes_; }

 private:
  uint8_t* data_;
  size_t bytes_;
  std::shared_ptr<void> keep_alive_;
};

/// Number of elements, or an error that shows the dims.
Result<int64_t> checked_count(DType dtype, std::span<const int64_t> dims) {
  int64_t count = 1;
  bool too_large = false;
  bool empty = false;
  for (const int64_t d : dims) {
    if (d < 0)
      return fail(ErrorCode::invalid_argument, "a tensor cannot have a negative dimension: " + describe(dtype, dims));
    empty |= d == 0;
    if (d != 0) too_large |= __builtin_mul_overflow(count, d, &count) || count > kMaxElements;
  }
  if (too_large) return fail(ErrorCode::invalid_argument, "the tensor is too large: " + describe(dtype, dims));
  return empty ? 0 : count;
}

}  // namespace

Result<Tensor> Tensor::empty(DType dtype, std::span<const int64_t> dims) {
  Tensor tensor;
  tensor.count_ = WALLE_TRY(checked_count(dtype, dims));
  tensor.dtype_ = dtype;
  tensor.dims_.assign(dims.begin(), dims.end());
  const auto bytes = static_cast<size_t>(tensor.bytes());
  auto* data = static_cast<uint8_t*>(::operator new (bytes + kBehind, std::align_val_t{kAlignment}, std::nothrow));
  if (data == nullptr) return fail(ErrorCode::resource_exhausted, "no memory for " + describe(dtype, dims));
  tensor.storage_ = std::make_shared<OwnedStorage>(data, bytes);
  return tensor;
}

Result<Tensor> Tensor::zeros(DType dtype, std::span<const int64_t> dims) {
  Tensor tensor = WALLE_TRY(empty(dtype, dims));
  std::memset(tensor.mutable_data(), 0, static_cast<size_t>(tensor.bytes()));
  return tensor;
}

Result<Tensor> Tensor::borrow(DType dtype, std::span<const int64_t> dims, void* data,
                              std::shared_ptr<void> keep_alive) {
  Tensor tensor;
  tensor.count_ = WALLE_TRY(checked_count(dtype, dims));
  tensor.dtype_ = dtype;
  tensor.dims_.assign(dims.begin(), dims.end());
  tensor.storage_ = std::make_shared<BorrowedStorage>(static_cast<uint8_t*>(data), static_cast<size_t>(tensor.bytes()),
                                                      std::move(keep_alive));
  return tensor;
}

Result<Tensor> Tensor::copy_of(DType dtype, std::span<const int64_t> dims, const void* values, size_t count) {
  Tensor tensor = WALLE_TRY(empty(dtype, dims));
  if (static_cast<size_t>(tensor.count_) != count) {
    return fail(ErrorCode::invalid_argument, std::to_string(count) + " values do not fill " + describe(dtype, dims));
  }
  if (count > 0) std::memcpy(tensor.mutable_data(), values, static_cast<size_t>(tensor.bytes()));
  return tensor;
}

Result<Tensor> Tensor::reshaped(std::span<const int64_t> dims) const {
  const int64_t count = WALLE_TRY(checked_count(dtype_, dims));
  if (count != count_) {
    return fail(ErrorCode::invalid_argument,
                describe(dtype_, dims_) + " cannot take the shape of " + describe(dtype_, dims));
  }
  Tensor tensor = *this;
  tensor.dims_.assign(dims.begin(), dims.end());
  return tensor;
}

std::string describe(DType dtype, std::span<const int64_t> dims) {
  std::string text(name_of(dtype));
  text += '[';
  for (size_t i = 0; i < dims.size(); ++i) text += (i == 0 ? "" : ",") + std::to_string(dims[i]);
  return text + ']';
}

}  // namespace walle::engine
