#include "libwalle/lib/np/array.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "libwalle/lib/np/cast.h"

namespace walle::np {

class Storage {
 public:
  Storage(std::byte* owned, size_t bytes, std::shared_ptr<MemoryAccount> account)
      : owned_(owned), bytes_(bytes), account_(std::move(account)) {}
  explicit Storage(std::shared_ptr<void> owner) : owner_(std::move(owner)) {}
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage() {
    std::free(owned_);
    if (account_) account_->release(bytes_);
  }

 private:
  std::byte* owned_ = nullptr;
  size_t bytes_ = 0;
  std::shared_ptr<MemoryAccount> account_;
  std::shared_ptr<void> owner_;
};

namespace {
thread_local std::shared_ptr<MemoryAccount> account_of_thread;

tl::unexpected<Error> out_of_memory(const Dims& dims, DType dtype) {
  return fail(ErrorCode::resource_exhausted, "no memory for an array of shape " + format_dims(dims) + " and dtype " +
                                                 std::string(name_of(dtype)) + " within the task's limit");
}

/// Storage of `bytes` bytes, or null when the account or the system refuses.
std::pair<std::byte*, std::shared_ptr<Storage>> allocate(size_t bytes, bool zeroed) {
  const size_t rounded = (bytes + kAlignment) / kAlignment * kAlignment;
  const auto& account = thread_account();
  if (account && !account->charge(rounded)) return {};
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
  if (!memory) {
    if (account) account->release(rounded);
    return {};
  }
  if (zeroed) std::memset(memory, 0, rounded);
  return {memory, std::make_shared<Storage>(memory, rounded, account)};
}
}  // namespace

void set_thread_account(std::shared_ptr<MemoryAccount> account) { account_of_thread = std::move(account); }
const std::shared_ptr<MemoryAccount>& thread_account() { return account_of_thread; }

Dims contiguous_strides(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (int axis = dims.size() - 2; axis >= 0; --axis) {
    strides[axis] = strides[axis + 1] * std::max<int64_t>(dims[axis + 1], 1);
  }
  return strides;
}

Result<int64_t> element_count(const Dims& dims) {
  int64_t count = 1;
  bool none = false;
  for (const int64_t size : dims) {
    if (size < 0) return fail(ErrorCode::invalid_argument, "negative size in shape " + format_dims(dims));
    none = none || size == 0;
    if (size > 0 && __builtin_mul_overflow(count, size, &count)) count = -1;
    if (count < 0 || count > (int64_t{1} << 60)) {
      return fail(ErrorCode::invalid_argument, "shape " + format_dims(dims) + " has too many elements");
    }
  }
  return none ? 0 : count;
}

std::string format_dims(const Dims& dims) {
  std::string text = "(";
  for (int i = 0; i < dims.size(); ++i) text += (i ? ", " : "") + std::to_string(dims[i]);
  return text + (dims.size() == 1 ? ",)" : ")");
}

Result<Array> Array::empty(DType dtype, const Dims& dims) {
  const int64_t count = WALLE_TRY(element_count(dims));
  if (is_storage_only(dtype)) {
    return fail(ErrorCode::unsupported, "arrays of " + std::string(name_of(dtype)) + "; use a wider dtype");
  }
  auto [memory, storage] = allocate(static_cast<size_t>(bytes_of(dtype, count)), false);
  if (!storage) return out_of_memory(dims, dtype);
  Array array;
  array.dtype_ = dtype;
  array.dims_ = dims;
  array.strides_ = contiguous_strides(dims);
  array.data_ = memory;
  array.storage_ = std::move(storage);
  return array;
}

Result<Array> Array::zeros(DType dtype, const Dims& dims) {
  Array array = WALLE_TRY(empty(dtype, dims));
  if (array.bytes()) std::memset(array.data_, 0, array.bytes());
  return array;
}

Result<Array> Array::copy_of(DType dtype, const Dims& dims, const void* data) {
  Array array = WALLE_TRY(empty(dtype, dims));
  if (array.bytes()) std::memcpy(array.data_, data, array.bytes());
  return array;
}

Array Array::borrow(DType dtype, const Dims& dims, const Dims& strides, void* data, std::shared_ptr<void> owner,
                    bool writable) {
  Array array;
  array.dtype_ = dtype;
  array.dims_ = dims;
  array.strides_ = strides;
  array.data_ = static_cast<std::byte*>(data);
  array.writable_ = writable;
  array.storage_ = std::make_shared<Storage>(std::move(owner));
  return array;
}

int64_t Array::size() const {
  int64_t count = 1;
  for (const int64_t d : dims_) count *= d;
  return count;
}

size_t Array::item_bytes() const { return static_cast<size_t>(bits_of(dtype_)) / 8; }

bool Array::is_contiguous() const {
  int64_t expected = 1;
  if (size() <= 1) return true;
  for (int axis = rank() - 1; axis >= 0; --axis) {
    if (dims_[axis] != 1 && strides_[axis] != expected) return false;
    expected *= dims_[axis];
  }
  return true;
}

Result<Array> Array::contiguous() const { return is_contiguous() ? Result<Array>(*this) : copy(); }
Result<Array> Array::copy() const { return astype(dtype_, true); }

Result<Array> Array::astype(DType dtype, bool always_copy) const {
  if (!always_copy && dtype == dtype_) return *this;
  Array result = WALLE_TRY(empty(dtype, dims_));
  assign_elements(*this, result);
  return result;
}

Array Array::view(const Dims& dims, const Dims& strides, int64_t offset) const {
  Array result = *this;
  result.dims_ = dims;
  result.strides_ = strides;
  result.data_ = data_ + offset * static_cast<int64_t>(item_bytes());
  return result;
}

Array Array::reinterpret(DType dtype) const {
  Array result = *this;
  result.dtype_ = dtype;
  return result;
}

}  // namespace walle::np
