#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>

namespace walle {

/// A vector of at most N elements that never allocates. Pushing past N is refused by `push_back` returning false;
/// callers with input from outside check ranks before they build one.
template <class T, size_t N>
class InlineVector {
 public:
  constexpr InlineVector() = default;
  constexpr InlineVector(std::initializer_list<T> items) {
    for (const T& item : items) push_back(item);
  }
  constexpr explicit InlineVector(std::span<const T> items) {
    for (const T& item : items) push_back(item);
  }
  constexpr InlineVector(size_t count, const T& value) { resize(count, value); }

  constexpr bool push_back(const T& item) {
    if (size_ == N) return false;
    items_[size_++] = item;
    return true;
  }
  constexpr void pop_back() { --size_; }
  constexpr void clear() { size_ = 0; }
  constexpr void resize(size_t count, const T& value = T{}) {
    count = std::min(count, N);
    for (size_t i = size_; i < count; ++i) items_[i] = value;
    size_ = count;
  }
  constexpr void erase(size_t index) {
    std::move(begin() + index + 1, end(), begin() + index);
    --size_;
  }
  constexpr bool insert(size_t index, const T& item) {
    if (size_ == N) return false;
    std::move_backward(begin() + index, end(), end() + 1);
    items_[index] = item;
    ++size_;
    return true;
  }

  [[nodiscard]] constexpr size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] static constexpr size_t capacity() { return N; }
  constexpr T& operator[](size_t i) { return items_[i]; }
  constexpr const T& operator[](size_t i) const { return items_[i]; }
  constexpr T& back() { return items_[size_ - 1]; }
  constexpr const T& back() const { return items_[size_ - 1]; }
  constexpr T* begin() { return items_.data(); }
  constexpr T* end() { return items_.data() + size_; }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  [[nodiscard]] constexpr T* data() { return items_.data(); }
  [[nodiscard]] constexpr const T* data() const { return items_.data(); }
  friend constexpr bool operator==(const InlineVector& a, const InlineVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::array<T, N> items_{};
  size_t size_ = 0;
};

}  // namespace walle
