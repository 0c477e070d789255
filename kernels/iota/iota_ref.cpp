#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  if (p.results[0].dims.size() != 1) return Refusal{"the result is not of rank 1"};
  const DType dtype = p.results[0].dtype;
  return refuse_if(
      p.operands[0].dtype != dtype || p.operands[1].dtype != dtype || bits_of(dtype) < 8 || dtype == DType::boolean,
      "operands and result differ in dtype");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 2); }

void run(const Arguments& a, TileRange) noexcept {
  const Operand& y = a.problem->results[0];
  visit_dtype(y.dtype, [&]<class T>(std::type_identity<T>) {
    using W = Wide<T>;
    const W start = load(*static_cast<const T*>(a.operands[0]));
    const W delta = load(*static_cast<const T*>(a.operands[1]));
    auto* result = static_cast<T*>(a.results[0]);
    for (int64_t i = 0; i < y.dims[0]; ++i) {
      result[i * y.strides[0]] = store<T>(add(start, multiply(static_cast<W>(i), delta)));
    }
  });
}

}  // namespace

extern const KernelDef kIotaRef;
const KernelDef kIotaRef = {.name = "iota_ref",
                            .family = Family::iota,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .tiles = one_tile,
                            .run = run,
                            .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
