#include <algorithm>

#include "kernels/conv/depthwise.h"
#include "kernels/gemm/gemm.h"
#include "kernels/support/def.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

const ConvAttributes& attributes_of(const Problem& p) { return std::get<ConvAttributes>(p.attributes); }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (x.dtype != DType::f32 || w.dtype != DType::f32 || y.dtype != DType::f32) return Refusal{"only f32"};
  if (const char* fault = window_fault(attributes_of(p).window, x, y)) return Refusal{fault};
  if (x.dims.size() > 4) return Refusal{"only one or two spatial axes"};
  if (w.dims[1] != 1) return Refusal{"not depthwise"};
  if (y.count() == 0 || x.count() == 0) return Refusal{"an empty operand"};
  if (!w.contiguous()) return Refusal{"weights that are not dense"};
  if (x.strides.back() != 1 && x.dims.back() != 1) return Refusal{"the operand's last axis is not dense"};
  if (y.strides.back() != 1 && y.dims.back() != 1) return Refusal{"the result's last axis is not dense"};
  if (y.dims.size() == 4 && y.dims[2] != 1 && y.strides[2] != y.dims[3])
    return Refusal{"the result's planes are not dense"};
  return gemm::check_finish(p, 2);
}

depthwise::Plane plane_of(const Problem& p) {
  return depthwise::Plane(window_axes(attributes_of(p).window, p.operands[0], &p.operands[1], p.results[0]));
}

Work work(const Problem& p, const Params&) {
  // Loads bound it: about a third of the speed of a matrix product; borders and strides cost a pass over x.
  return {.operations = 6 * multiply_adds(p) + 8 * static_cast<double>(p.operands[0].count()),
          .bytes = traffic_of(p),
          .steps = 1};
}

size_t workspace_bytes(const Problem& p, const Params&) { return plane_of(p).workspace_bytes(); }

int64_t tiles(const Problem& p, const Params&) {
  return p.results[0].dims[0] * p.results[0].dims[1] * plane_of(p).blocks();
}

void run(const Arguments& arguments, TileRange range) noexcept {
  const Problem& p = *arguments.problem;
  const depthwise::Plane plane = plane_of(p);
  const Operand& x = p.operands[0];
  const Operand& y = p.results[0];
  const int64_t per_group = p.operands[1].dims[0] / attributes_of(p).group;
  const int64_t taps = p.operands[1].count() / std::max<int64_t>(p.operands[1].dims[0], 1);
  for (int64_t tile = range.begin; tile < range.end; ++tile) {
    const int64_t block = tile % plane.blocks();
    const int64_t channel = tile / plane.blocks() % y.dims[1];
    const int64_t image = tile / plane.blocks() / y.dims[1];
    const gemm::Finish finish = gemm::make_finish(arguments, {}, true, 1, channel, [&](const Operand& operand) {
      return image * operand.strides[0] + channel * operand.strides[1];
    });
    plane.run(
        static_cast<const float*>(arguments.operands[0]) + image * x.strides[0] + channel / per_group * x.strides[1],
        static_cast<const float*>(arguments.operands[1]) + channel * taps,
        static_cast<float*>(arguments.results[0]) + image * y.strides[0] + channel * y.strides[1], finish, block,
        static_cast<float*>(arguments.workspace));
  }
}

}  // namespace

extern const KernelDef kConvDepthwiseHwy;
const KernelDef kConvDepthwiseHwy = {.name = "conv_depthwise_hwy",
                                     .family = Family::conv,
                                     .variant = "hwy",
                                     .accepts = accepts,
                                     .work = work,
                                     .workspace_bytes = workspace_bytes,
                                     .tiles = tiles,
                                     .run = run,
                                     .bound = {.relative = 1e-6, .absolute = 1e-6}};

}  // namespace walle::kernels
