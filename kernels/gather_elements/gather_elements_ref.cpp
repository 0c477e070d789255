#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& indices = p.operands[1];
  const Operand& y = p.results[0];
  if (x.dims.empty() || indices.dims.size() != x.dims.size() || y.dims != indices.dims)
    return Refusal{"shapes do not fit"};
  const size_t axis = axis_of(std::get<GatherElementsAttributes>(p.attributes).axis, x.dims.size());
  for (size_t i = 0; i < x.dims.size(); ++i) {
    if (i != axis && indices.dims[i] > x.dims[i]) return Refusal{"the indices are larger than the operand"};
  }
  if (indices.dtype != DType::i32 && indices.dtype != DType::i64) return Refusal{"the indices are not i32 or i64"};
  return refuse_if(x.dtype != y.dtype || bits_of(x.dtype) < 8, "operand and result differ in dtype or are packed");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 2); }

void run(const Arguments& a, TileRange) noexcept {
  const Problem& p = *a.problem;
  const Operand& x = p.operands[0];
  const size_t axis = axis_of(std::get<GatherElementsAttributes>(p.attributes).axis, x.dims.size());
  const int64_t bound = x.dims[axis];
  Extents base = x.strides;
  base[axis] = 0;
  visit_size(x.dtype, [&]<class T>(std::type_identity<T>) {
    const auto* source = static_cast<const T*>(a.operands[0]);
    auto* y = static_cast<T*>(a.results[0]);
    walk<3>(p.results[0].dims, {base, p.operands[1].strides, p.results[0].strides}, [&](const auto& at) {
      auto index = load_as<int64_t>(p.operands[1].dtype, a.operands[1], at[1]);
      if (index < 0) index += bound;
      y[at[2]] = index < 0 || index >= bound ? T{0} : source[at[0] + index * x.strides[axis]];
    });
  });
}

}  // namespace

extern const KernelDef kGatherElementsRef;
const KernelDef kGatherElementsRef = {.name = "gather_elements_ref",
                                      .family = Family::gather_elements,
                                      .variant = "ref",
                                      .accepts = accepts,
                                      .work = work,
                                      .tiles = one_tile,
                                      .run = run};

}  // namespace walle::kernels
