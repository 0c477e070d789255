#include "kernels/support/def.h"
#include "kernels/support/visit.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 3)) return refusal;
  const DType dtype = p.results[0].dtype;
  if (p.operands[0].dtype != DType::boolean) return Refusal{"the condition is not boolean"};
  if (p.operands[1].dtype != dtype || p.operands[2].dtype != dtype) return Refusal{"the operands differ in dtype"};
  for (size_t i = 0; i < 3; ++i) {
    if (p.operands[i].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  }
  return refuse_if(bits_of(dtype) < 8, "packed dtypes are for weights only");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 4); }

void run(const Arguments& a, TileRange) noexcept {
  const Operand& result = a.problem->results[0];
  const auto& operands = a.problem->operands;
  visit_size(result.dtype, [&]<class T>(std::type_identity<T>) {
    const auto* condition = static_cast<const uint8_t*>(a.operands[0]);
    const auto* x = static_cast<const T*>(a.operands[1]);
    const auto* z = static_cast<const T*>(a.operands[2]);
    auto* y = static_cast<T*>(a.results[0]);
    walk<4>(result.dims, {operands[0].strides, operands[1].strides, operands[2].strides, result.strides},
            [&](const auto& at) { y[at[3]] = condition[at[0]] != 0 ? x[at[1]] : z[at[2]]; });
  });
}

}  // namespace

extern const KernelDef kSelectRef;
const KernelDef kSelectRef = {.name = "select_ref",
                              .family = Family::select,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run};

}  // namespace walle::kernels
