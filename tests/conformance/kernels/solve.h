#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "kernels/abi/kernel.h"

namespace walle::conformance {

/// The memory behind one strided view: exactly the elements between the first and the last that it reaches, so that
/// the address sanitizer sees every access beyond.
class Buffer {
 public:
  explicit Buffer(const Operand& operand);
  /// Element 0 of the view.
  [[nodiscard]] void* data() { return bytes_.data() + origin_; }
  [[nodiscard]] const void* data() const { return bytes_.data() + origin_; }
  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
  [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
  size_t origin_ = 0;
};

/// Random contents of a dtype: floats in [-2, 2], indices small, booleans 0 or 1.
void fill_random(const Operand& operand, Buffer& buffer, std::mt19937& random);

/// Runs a kernel as the engine would: packs, gives it guarded workspace, hands out tiles in pieces and out of order.
/// Fails the current test if a guard was written over.
void solve(const KernelDef& kernel, const Problem& problem, const Params& params, std::vector<Buffer>& operands,
           std::vector<Buffer>& results);

/// The elements of a view as doubles, row-major.
[[nodiscard]] std::vector<double> values_of(const Operand& operand, const Buffer& buffer);

}  // namespace walle::conformance
