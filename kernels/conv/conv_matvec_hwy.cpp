#include <algorithm>

#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

/// A window that is the whole operand: one result position an image. y[images x M] = x[images x depth] * w^T.
std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  const auto& attributes = std::get<ConvAttributes>(p.attributes);
  if (x.dtype != DType::f32 || w.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (const char* fault = window_fault(attributes.window, x, y)) return Refusal{fault};
  if (attributes.group != 1) return Refusal{"groups"};
  if (x.count() == 0 || y.count() == 0) return Refusal{"an empty operand"};
  if (!w.constant) return Refusal{"weights that are not constant"};
  if (!x.contiguous() || !w.contiguous() || !y.contiguous()) return Refusal{"an operand that is not dense"};
  for (const WindowAxis& axis : window_axes(attributes.window, x, &w, y)) {
    if (axis.out != 1 || axis.kernel != axis.in || axis.pad_begin != 0)
      return Refusal{"the window is not the whole operand"};
    if (axis.dilation != 1 && axis.kernel != 1) return Refusal{"dilated"};
  }
  for (const EpilogueOp& op : p.epilogue) {
    if (op.kind == EpilogueKind::add_operand && !p.operands[static_cast<size_t>(op.operand)].contiguous()) {
      return Refusal{"an added operand that is not dense"};
    }
  }
  return gemm::check_finish(p, 1);
}

int64_t depth_of(const Problem& p) { return p.operands[0].count() / p.operands[0].dims[0]; }

Work work(const Problem& p, const Params&) {
  return {.operations = 2 * multiply_adds(p), .bytes = traffic_of(p), .steps = 1};
}

Packing packing(const Problem& p, const Params&) {
  return {.operand = 1,
          .bytes = gemm::packed_columns_bytes(depth_of(p), p.operands[1].dims[0]),
          .layout = gemm::shape().transposed_layout};
}

void pack(const Problem& p, const Params&, const void* source, void* destination) {
  const int64_t depth = depth_of(p);
  gemm::pack_columns(static_cast<const float*>(source), 1, depth, depth, p.operands[1].dims[0],
                     static_cast<float*>(destination));
}

int64_t tiles(const Problem& p, const Params&) {
  return (p.operands[1].dims[0] + gemm::shape().columns - 1) / gemm::shape().columns;
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Problem& p = *arguments.problem;
  const int64_t unit = gemm::shape().columns;
  const int64_t depth = depth_of(p);
  const int64_t channels = p.operands[1].dims[0];
  const gemm::Finish finish = gemm::make_finish(arguments, {}, false, 0, 0, [](const Operand&) { return int64_t{0}; });
  for (int64_t tile = range.begin; tile < range.end; ++tile) {
    const int64_t column = tile * unit;
    gemm::multiply({.a = static_cast<const float*>(arguments.operands[0]),
                    .a_row = depth,
                    .a_depth = 1,
                    .a_block = depth * gemm::shape().rows,
                    .b = static_cast<const float*>(arguments.packed) + column * depth,
                    .b_depth = unit,
                    .y = static_cast<float*>(arguments.results[0]) + column,
                    .y_row = channels,
                    .rows = p.operands[0].dims[0],
                    .columns = std::min(unit, channels - column),
                    .depth = depth,
                    .finish = &finish,
                    .column = column});
  }
}

}  // namespace

extern const KernelDef kConvMatvecHwy;
const KernelDef kConvMatvecHwy = {.name = "conv_matvec_hwy",
                                  .family = Family::conv,
                                  .variant = "hwy",
                                  .accepts = accepts,
                                  .work = work,
                                  .packing = packing,
                                  .pack = pack,
                                  .tiles = tiles,
                                  .run = run,
                                  .bound = {.relative = 4e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
