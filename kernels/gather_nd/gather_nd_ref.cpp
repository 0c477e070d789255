#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

/// x [B…, D1…Dk, S…], indices [B…, I…, k] → y [B…, I…, S…].
struct Layout {
  size_t batch = 0, loops = 0, depth = 0, tail = 0;
};

std::optional<Layout> layout_of(const Problem& p) {
  const Operand& x = p.operands[0];
  const Operand& indices = p.operands[1];
  const auto batch = static_cast<size_t>(std::get<GatherNdAttributes>(p.attributes).batch_dims);
  if (indices.dims.empty() || batch >= indices.dims.size() || batch >= x.dims.size()) return std::nullopt;
  const int64_t depth = indices.dims.back();
  if (depth < 0 || static_cast<size_t>(depth) > x.dims.size() - batch) return std::nullopt;
  Layout layout{.batch = batch, .loops = indices.dims.size() - 1 - batch, .depth = static_cast<size_t>(depth)};
  layout.tail = x.dims.size() - batch - layout.depth;
  if (p.results[0].dims.size() != batch + layout.loops + layout.tail) return std::nullopt;
  for (size_t i = 0; i < p.results[0].dims.size(); ++i) {
    const bool tail = i >= batch + layout.loops;
    if (p.results[0].dims[i] != (tail ? x.dims[i - layout.loops + layout.depth] : indices.dims[i])) return std::nullopt;
    if (i < batch && indices.dims[i] != x.dims[i]) return std::nullopt;
  }
  return layout;
}

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  if (std::get<GatherNdAttributes>(p.attributes).batch_dims < 0 || !layout_of(p)) return Refusal{"shapes do not fit"};
  const DType indices = p.operands[1].dtype;
  if (indices != DType::i32 && indices != DType::i64) return Refusal{"the indices are not i32 or i64"};
  const DType dtype = p.operands[0].dtype;
  return refuse_if(dtype != p.results[0].dtype || bits_of(dtype) < 8,
                   "operand and result differ in dtype or are packed");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 4); }

/// Offset of the index tuple at `at` in x; nullopt: outside.
std::optional<int64_t> tuple_offset(const Arguments& a, const Layout& layout, int64_t at) {
  const Operand& x = a.problem->operands[0];
  const Operand& indices = a.problem->operands[1];
  int64_t offset = 0;
  for (size_t i = 0; i < layout.depth; ++i) {
    const int64_t bound = x.dims[layout.batch + i];
    auto index = load_as<int64_t>(indices.dtype, a.operands[1], at + static_cast<int64_t>(i) * indices.strides.back());
    if (index < 0) index += bound;
    if (index < 0 || index >= bound) return std::nullopt;
    offset += index * x.strides[layout.batch + i];
  }
  return offset;
}

void run(const Arguments& a, TileRange) noexcept {
  const Problem& p = *a.problem;
  const Layout layout = *layout_of(p);
  const Operand& x = p.operands[0];
  Extents x_strides;
  Extents index_strides;
  for (size_t i = 0; i < p.results[0].dims.size(); ++i) {
    const bool tail = i >= layout.batch + layout.loops;
    index_strides.push_back(tail ? 0 : p.operands[1].strides[i]);
    x_strides.push_back(i < layout.batch ? x.strides[i] : (tail ? x.strides[i - layout.loops + layout.depth] : 0));
  }
  visit_size(x.dtype, [&]<class T>(std::type_identity<T>) {
    const auto* source = static_cast<const T*>(a.operands[0]);
    auto* y = static_cast<T*>(a.results[0]);
    walk<3>(p.results[0].dims, {x_strides, index_strides, p.results[0].strides}, [&](const auto& at) {
      const std::optional<int64_t> offset = tuple_offset(a, layout, at[1]);
      y[at[2]] = offset ? source[at[0] + *offset] : T{0};
    });
  });
}

}  // namespace

extern const KernelDef kGatherNdRef;
const KernelDef kGatherNdRef = {.name = "gather_nd_ref",
                                .family = Family::gather_nd,
                                .variant = "ref",
                                .accepts = accepts,
                                .work = work,
                                .tiles = one_tile,
                                .run = run};

}  // namespace walle::kernels
