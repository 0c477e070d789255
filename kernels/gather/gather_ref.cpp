#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

size_t axis_in(const Problem& p) {
  return axis_of(std::get<GatherAttributes>(p.attributes).axis, p.operands[0].dims.size());
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& indices = p.operands[1];
  const Operand& y = p.results[0];
  if (x.dims.empty() || y.dims.size() != x.dims.size() + indices.dims.size() - 1) return Refusal{"ranks do not fit"};
  const bool byte_index = (indices.dtype == DType::i8 || indices.dtype == DType::u8) && x.count() == 256;
  if (indices.dtype != DType::i32 && indices.dtype != DType::i64 && !byte_index)
    return Refusal{"the indices are not i32 or i64"};
  return refuse_if(x.dtype != y.dtype || bits_of(x.dtype) < 8, "operand and result differ in dtype or are packed");
}

Work work(const Problem& p, const Params&) {
  return {.operations = kReferenceSlowness * static_cast<double>(p.results[0].count()),
          .bytes = 2 * static_cast<double>(bytes_of(p.results[0].dtype, p.results[0].count())),
          .steps = 1};
}

/// Strides of the result's axes in the operand (without the gathered axis) and in the indices.
struct Layout {
  Extents x, indices;
};
Layout layout_of(const Problem& p, size_t axis) {
  const Operand& x = p.operands[0];
  const Operand& indices = p.operands[1];
  Layout layout;
  for (size_t i = 0; i < p.results[0].dims.size(); ++i) {
    const bool is_index = i >= axis && i < axis + indices.dims.size();
    layout.indices.push_back(is_index ? indices.strides[i - axis] : 0);
    layout.x.push_back(is_index ? 0 : (i < axis ? x.strides[i] : x.strides[i - indices.dims.size() + 1]));
  }
  return layout;
}

void run(const Arguments& a, TileRange) noexcept {
  const Problem& p = *a.problem;
  const size_t axis = axis_in(p);
  const Operand& x = p.operands[0];
  const Layout layout = layout_of(p, axis);
  const int64_t bound = x.dims[axis];
  visit_size(x.dtype, [&]<class T>(std::type_identity<T>) {
    const auto* source = static_cast<const T*>(a.operands[0]);
    auto* y = static_cast<T*>(a.results[0]);
    walk<3>(p.results[0].dims, {layout.x, layout.indices, p.results[0].strides}, [&](const auto& at) {
      auto index = load_as<int64_t>(p.operands[1].dtype, a.operands[1], at[1]);
      if (index < 0) index += bound;
      y[at[2]] = index < 0 || index >= bound ? T{0} : source[at[0] + index * x.strides[axis]];
    });
  });
}

}  // namespace

extern const KernelDef kGatherRef;
const KernelDef kGatherRef = {.name = "gather_ref",
                              .family = Family::gather,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run};

}  // namespace walle::kernels
