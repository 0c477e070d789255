#include "tests/conformance/kernels/solve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::conformance {
namespace {

constexpr size_t kGuard = 64;
constexpr std::byte kMark{0xA5};

/// Zeroed bytes aligned to 64 with a marked guard behind them.
struct Guarded {
  explicit Guarded(size_t size)
      : size(size), bytes(static_cast<std::byte*>(std::aligned_alloc(64, (size + kGuard + 63) / 64 * 64)), std::free) {
    std::fill_n(bytes.get(), (size + kGuard + 63) / 64 * 64, kMark);
  }
  [[nodiscard]] bool intact() const {
    return std::all_of(bytes.get() + size, bytes.get() + size + kGuard, [](std::byte b) { return b == kMark; });
  }
  size_t size;
  std::unique_ptr<std::byte, decltype(&std::free)> bytes;
};

}  // namespace

Buffer::Buffer(const Operand& operand) {
  int64_t low = 0;
  int64_t high = 0;
  for (size_t i = 0; i < operand.dims.size(); ++i) {
    const int64_t reach = std::max<int64_t>(operand.dims[i] - 1, 0) * operand.strides[i];
    (reach < 0 ? low : high) += reach;
  }
  const auto before = static_cast<size_t>(bytes_of(operand.dtype, -low));
  const auto after = static_cast<size_t>(bytes_of(operand.dtype, high + 1));
  bytes_.assign(before + after, kMark);
  origin_ = before;
}

void fill_random(const Operand& operand, Buffer& buffer, std::mt19937& random) {
  std::uniform_real_distribution<double> real(-2, 2);
  std::uniform_int_distribution<int64_t> whole(operand.dtype == DType::boolean ? 0 : -3,
                                               operand.dtype == DType::boolean ? 1 : 3);
  kernels::walk<1>(operand.dims, {operand.strides}, [&](const auto& at) {
    if (is_float(operand.dtype))
      kernels::store_as(operand.dtype, buffer.data(), at[0], real(random));
    else
      kernels::store_as(operand.dtype, buffer.data(), at[0], whole(random));
  });
}

void solve(const KernelDef& kernel, const Problem& problem, const Params& params, std::vector<Buffer>& operands,
           std::vector<Buffer>& results) {
  std::vector<const void*> operand_data;
  std::vector<void*> result_data;
  for (size_t i = 0; i < operands.size(); ++i) {
    operand_data.push_back(problem.operands[i].present ? operands[i].data() : nullptr);
  }
  for (Buffer& result : results) result_data.push_back(result.data());
  const Packing packing = kernel.packing == nullptr ? Packing{} : kernel.packing(problem, params);
  Guarded packed(packing.bytes);
  const bool packs = packing.operand >= 0 && problem.operands[static_cast<size_t>(packing.operand)].constant;
  if (packs) kernel.pack(problem, params, operand_data[static_cast<size_t>(packing.operand)], packed.bytes.get());
  Guarded workspace(kernel.workspace_bytes == nullptr ? 0 : kernel.workspace_bytes(problem, params));
  const Arguments arguments{.problem = &problem,
                            .params = params,
                            .operands = operand_data,
                            .results = result_data,
                            .packed = packs ? packed.bytes.get() : nullptr,
                            .workspace = workspace.bytes.get()};
  const int64_t tiles = kernel.tiles(problem, params);
  ASSERT_GE(tiles, 1) << kernel.name;
  const int64_t piece = std::max<int64_t>(1, tiles / 3);
  for (int64_t end = tiles; end > 0; end -= piece) kernel.run(arguments, {std::max<int64_t>(0, end - piece), end});
  EXPECT_TRUE(packed.intact()) << kernel.name << " packs beyond its bytes";
  EXPECT_TRUE(workspace.intact()) << kernel.name << " writes beyond its workspace";
}

std::vector<double> values_of(const Operand& operand, const Buffer& buffer) {
  std::vector<double> values;
  kernels::walk<1>(operand.dims, {operand.strides}, [&](const auto& at) {
    values.push_back(kernels::load_as<double>(operand.dtype, buffer.data(), at[0]));
  });
  return values;
}

}  // namespace walle::conformance
