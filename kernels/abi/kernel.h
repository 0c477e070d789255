#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/abi/families.h"

namespace walle {

/// How exact a result must be. strict: as a plain f32 loop; high: ≤ 1e-5 relative; fast: bf16/fp16 inside is allowed.
enum class Precision : uint8_t { strict, high, fast };

/// One operand or result of a problem: a strided view. Strides in elements, any sign, 0 = broadcast (operands only).
struct Operand {
  DType dtype = DType::f32;
  Extents dims;
  Extents strides;
  bool constant = false;       ///< the same in every run (a weight): a kernel may pack it once
  const void* data = nullptr;  ///< its bytes when constant and known while planning, else null
  bool present = true;         ///< false: an optional operand that was not given (its pointer in a run is null)

  [[nodiscard]] int64_t count() const {
    int64_t n = 1;
    for (const int64_t d : dims) n *= d;
    return n;
  }
  /// True if the elements lie densely in row-major order.
  [[nodiscard]] bool contiguous() const {
    int64_t expected = 1;
    for (size_t i = dims.size(); i-- > 0;) {
      if (dims[i] != 1 && strides[i] != expected) return false;
      expected *= dims[i];
    }
    return true;
  }
};

/// Row-major strides of a dense tensor.
[[nodiscard]] inline Extents dense_strides(std::span<const int64_t> dims) {
  Extents strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

/// What is to be computed, completely: a node after decomposition with concrete sizes. Operands that are absent
/// (optional ones in the middle) have present == false; nothing else of them has a meaning.
struct Problem {
  FamilyAttributes attributes;
  Epilogue epilogue;
  std::vector<Operand> operands;
  std::vector<Operand> results;
  std::vector<Region> regions;  ///< only for raster: result 0 from the operands
  Precision precision = Precision::strict;
  int threads = 1;  ///< how many may work on it

  [[nodiscard]] Family family() const { return family_of(attributes); }
};

/// Why a kernel does not take a problem. Static text: "needs a constant second operand".
struct Refusal {
  std::string_view reason;
};

/// A kernel's own tuning parameters (tiles, units, splits); their meaning is the kernel's. All zero: it has none.
struct Params {
  std::array<int32_t, 6> values{};
  friend bool operator==(const Params&, const Params&) = default;
};

/// What a kernel would do, for the cost model: t = max(operations/P, bytes/B) + steps*S.
struct Work {
  double operations = 0;  ///< arithmetic of the kernel's class (multiply-add = 2)
  double bytes = 0;       ///< memory traffic beyond the first-level cache
  double steps = 1;       ///< dispatches
};

/// How a constant operand is packed once, ahead of all runs. layout names the form: equal layouts of equal constants
/// are shared between plans and may be kept in the model file.
struct Packing {
  int operand = -1;
  size_t bytes = 0;
  std::string_view layout;
};

/// A range of a kernel's tiles, [begin, end). Tiles are independent; the pool hands them out from one counter.
struct TileRange {
  int64_t begin = 0;
  int64_t end = 0;
};

/// What a run gets. Pointers are to element 0 of each view, in the order of the problem.
struct Arguments {
  const Problem* problem = nullptr;
  Params params;
  std::span<const void* const> operands;
  std::span<void* const> results;
  const void* packed = nullptr;  ///< what `pack` wrote, 64-byte aligned, or null
  void* workspace = nullptr;     ///< `workspace_bytes` for this thread alone, 64-byte aligned
};

/// The CPU features that a kernel needs beyond the build's baseline. Highway kernels dispatch inside: `baseline`.
enum class Isa : uint8_t { baseline, avx2, avx512, avx512_vnni, avx512_bf16, amx, neon, neon_dotprod, neon_i8mm };

/// Largest error against exact arithmetic: |y - exact| ≤ absolute + relative * scale, where scale is the sum of the
/// absolute values that are added up (for elementwise kernels |exact|). Checked by the kernel's generated test.
struct ErrorBound {
  double relative = 0;
  double absolute = 0;
};

/// One kernel: one object in its own file `kernels/<family>/<op>_<variant>.cpp`, named after the file.
/// One table of them serves dispatch, conformance, benchmark, probe and `walle-model ops`.
/// All functions are pure, re-entrant, never allocate (except `parameters`) and never throw.
struct KernelDef {
  std::string_view name;  ///< "conv_gemm_hwy"
  Family family{};
  std::string_view variant;  ///< "ref" (complete, slow, always present), "hwy", …
  Isa needs = Isa::baseline;
  /// nullopt: takes it. A `ref` kernel refuses only what the family's contract excludes.
  std::optional<Refusal> (*accepts)(const Problem&) = nullptr;
  /// (optional) legal parameters, best guess first; null: one, all zero.
  std::vector<Params> (*parameters)(const Problem&) = nullptr;
  Work (*work)(const Problem&, const Params&) = nullptr;
  /// (optional) null: packs nothing.
  Packing (*packing)(const Problem&, const Params&) = nullptr;
  void (*pack)(const Problem&, const Params&, const void* source, void* destination) = nullptr;
  /// (optional) scratch bytes for each thread; null: none.
  size_t (*workspace_bytes)(const Problem&, const Params&) = nullptr;
  /// Number of independent tiles; ≥ 1.
  int64_t (*tiles)(const Problem&, const Params&) = nullptr;
  void (*run)(const Arguments&, TileRange) noexcept = nullptr;
  ErrorBound bound;
};

}  // namespace walle
