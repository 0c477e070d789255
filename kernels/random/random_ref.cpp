#include <array>
#include <atomic>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"

namespace walle::kernels {
namespace {

using Block = std::array<uint32_t, 4>;
using Key = std::array<uint32_t, 2>;

std::optional<Refusal> accepts(const Problem& p) {
  if (p.results.size() != 1 || !p.results[0].contiguous()) return Refusal{"needs one dense result"};
  return refuse_if(p.results[0].dtype != DType::f32 && p.results[0].dtype != DType::f64,
                   "the result is not f32 or f64");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 10); }

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
Block philox(Block c, Key k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53U} * c[0];
    const uint64_t b = uint64_t{0xCD9E8D57U} * c[2];
    c = {static_cast<uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(b),
         static_cast<uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(a)};
    k = {k[0] + 0x9E3779B9U, k[1] + 0xBB67AE85U};
  }
  return c;
}

/// The one state of any kernel: how often one that draws anew has run.
uint64_t next_run() {
  static constinit std::atomic<uint64_t> runs{0};
  return runs.fetch_add(1, std::memory_order_relaxed) + 1;
}

void run(const Arguments& a, TileRange) noexcept {
  const auto& attributes = std::get<RandomAttributes>(a.problem->attributes);
  const Operand& y = a.problem->results[0];
  const uint64_t draw = attributes.each_run ? next_run() : 0;
  const Key key = {static_cast<uint32_t>(attributes.seed), static_cast<uint32_t>(attributes.seed >> 32)};
  for (int64_t i = 0; i < y.count(); i += 2) {
    const auto step = static_cast<uint64_t>(i / 2);
    const Block block = philox({static_cast<uint32_t>(step), static_cast<uint32_t>(step >> 32),
                                static_cast<uint32_t>(draw), static_cast<uint32_t>(draw >> 32)},
                               key);
    for (int64_t half = 0; half < 2 && i + half < y.count(); ++half) {
      const auto at = static_cast<size_t>(2 * half);
      const uint64_t word = uint64_t{block[at]} << 32 | block[at + 1];
      const bool single = y.dtype == DType::f32;  // as many bits as the type holds, so that 1 is never reached
      const double value =
          single ? static_cast<double>(word >> 40) * 0x1p-24 : static_cast<double>(word >> 11) * 0x1p-53;
      store_as(y.dtype, a.results[0], i + half, value);
    }
  }
}

}  // namespace

extern const KernelDef kRandomRef;
const KernelDef kRandomRef = {.name = "random_ref",
                              .family = Family::random,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run};

}  // namespace walle::kernels
