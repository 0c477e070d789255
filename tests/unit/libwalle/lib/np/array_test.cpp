#include "libwalle/lib/np/array.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "libwalle/lib/np/index.h"
#include "libwalle/lib/np/shape.h"

namespace walle::np {
namespace {

class CountingAccount final : public MemoryAccount {
 public:
  explicit CountingAccount(size_t limit) : limit_(limit) {}
  bool charge(size_t bytes) noexcept override {
    if (used + bytes > limit_) return false;
    used += bytes;
    return true;
  }
  void release(size_t bytes) noexcept override { used -= bytes; }
  size_t used = 0;

 private:
  size_t limit_;
};

Array counted(const Dims& dims) {
  Array array = *Array::empty(DType::i32, dims);
  std::iota(array.data<int32_t>(), array.data<int32_t>() + array.size(), 0);
  return array;
}

TEST(Array, storage_is_charged_until_the_last_view_goes) {
  auto account = std::make_shared<CountingAccount>(size_t{1} << 20);
  set_thread_account(account);
  {
    Array view;
    {
      const Array array = *Array::empty(DType::f32, {100, 100});
      EXPECT_GE(account->used, 40'000U);
      view = array.view({10}, {1});
    }
    EXPECT_GE(account->used, 40'000U);
  }
  EXPECT_EQ(account->used, 0U);
  set_thread_account(nullptr);
}

TEST(Array, an_account_that_refuses_makes_an_error) {
  set_thread_account(std::make_shared<CountingAccount>(1000));
  const auto array = Array::zeros(DType::f64, {1000});
  set_thread_account(nullptr);
  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().code, ErrorCode::resource_exhausted);
}

TEST(Array, shapes_that_overflow_are_refused) {
  EXPECT_FALSE(Array::empty(DType::u8, {int64_t{1} << 40, int64_t{1} << 40}));
  EXPECT_FALSE(Array::empty(DType::u8, {-1}));
  EXPECT_EQ(Array::empty(DType::u8, {0, int64_t{1} << 40})->size(), 0);
}

TEST(Array, borrowed_memory_keeps_its_owner) {
  auto owner = std::make_shared<std::vector<float>>(6, 1.0F);
  const std::weak_ptr<std::vector<float>> watched = owner;
  {
    float* data = owner->data();
    const Array array = Array::borrow(DType::f32, {2, 3}, {3, 1}, data, std::move(owner), false);
    EXPECT_FALSE(array.writable());
    EXPECT_FALSE(watched.expired());
  }
  EXPECT_TRUE(watched.expired());
}

TEST(Array, negative_strides_copy_in_order) {
  const Array array = counted({2, 3});
  const Array turned = *flip(array, std::nullopt);
  const Array copy = *turned.copy();
  EXPECT_EQ(std::vector<int32_t>(copy.data<int32_t>(), copy.data<int32_t>() + 6),
            (std::vector<int32_t>{5, 4, 3, 2, 1, 0}));
}

TEST(Array, steps_as_large_as_the_type_are_harmless) {
  const Array array = counted({5});
  for (const int64_t step : {std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min() + 1}) {
    const std::vector<Index> index = {Slice{.step = step}};
    EXPECT_EQ(get(array, index)->size(), 1);
  }
}

TEST(Array, positions_out_of_bounds_are_refused_before_anything_is_read) {
  const Array array = counted({3});
  const int64_t wild[] = {0, int64_t{1} << 50};
  const std::vector<Index> index = {*Array::copy_of(DType::i64, {2}, wild)};
  EXPECT_EQ(get(array, index).error().code, ErrorCode::not_found);
  EXPECT_FALSE(set(array, index, array.view({1}, {1})));
  EXPECT_EQ(array.data<int32_t>()[0], 0);
}

}  // namespace
}  // namespace walle::np
