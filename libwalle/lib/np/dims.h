#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace walle::np {

/// Most axes an array may have.
inline constexpr int kMaxRank = 16;

/// Up to kMaxRank integers, one an axis (sizes, strides, positions), outermost first. Never allocates.
/// Pushing beyond kMaxRank is ignored: callers check `full()` where the length comes from outside.
class Dims {
 public:
  Dims() = default;
  Dims(std::initializer_list<int64_t> values) : Dims(std::span<const int64_t>(values.begin(), values.size())) {}
  explicit Dims(std::span<const int64_t> values) {
    for (const int64_t value : values) push_back(value);
  }
  Dims(int count, int64_t value) {
    for (int i = 0; i < count; ++i) push_back(value);
  }
  Dims(const Dims& other) : size_(other.size_) { std::copy_n(other.values_, size_, values_); }
  Dims& operator=(const Dims& other) {
    size_ = other.size_;
    std::copy_n(other.values_, size_, values_);
    return *this;
  }

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == kMaxRank; }
  [[nodiscard]] int64_t& operator[](int i) { return values_[i]; }
  [[nodiscard]] int64_t operator[](int i) const { return values_[i]; }
  [[nodiscard]] int64_t* begin() { return values_; }
  [[nodiscard]] int64_t* end() { return values_ + size_; }
  [[nodiscard]] const int64_t* begin() const { return values_; }
  [[nodiscard]] const int64_t* end() const { return values_ + size_; }
  [[nodiscard]] int64_t back() const { return values_[size_ - 1]; }
  void push_back(int64_t value) {
    if (size_ < kMaxRank) values_[size_++] = value;
  }
  /// Puts `value` before position `at` (0 ≤ at ≤ size).
  void insert(int at, int64_t value) {
    if (full()) return;
    std::copy_backward(values_ + at, values_ + size_, values_ + size_ + 1);
    values_[at] = value;
    ++size_;
  }
  void erase(int at) {
    std::copy(values_ + at + 1, values_ + size_, values_ + at);
    --size_;
  }
  void clear() { size_ = 0; }
  [[nodiscard]] std::span<const int64_t> span() const { return {values_, static_cast<size_t>(size_)}; }
  friend bool operator==(const Dims& a, const Dims& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

 private:
  int size_ = 0;
  int64_t values_[kMaxRank];
};

}  // namespace walle::np
