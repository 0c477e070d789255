#include "kernels/support/def.h"
#include "kernels/support/epilogue.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const auto& attributes = std::get<ConvTransposeAttributes>(p.attributes);
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (const char* fault = window_fault(attributes.window, x, y)) return Refusal{fault};
  if (w.dims.size() != x.dims.size()) return Refusal{"operand and weights differ in rank"};
  if (attributes.group < 1 || x.dims[1] != w.dims[0] || x.dims[1] % attributes.group != 0 ||
      y.dims[1] != w.dims[1] * attributes.group || y.dims[0] != x.dims[0]) {
    return Refusal{"channels and groups do not fit"};
  }
  for (size_t i = 2; i < w.dims.size(); ++i) {
    if (w.dims[i] != attributes.window.kernel[i - 2]) return Refusal{"weights and window differ"};
  }
  if (!is_float(x.dtype) || w.dtype != x.dtype || y.dtype != x.dtype) {
    return Refusal{"operands and result differ in dtype or are integers"};
  }
  return check_epilogue(p);
}

Work work(const Problem& p, const Params&) { return multiply_add_work(p); }

/// The input position that tap `k` of output `out` reads; -1: none.
int64_t source_of(const WindowAxis& axis, int64_t out, int64_t k) {
  const int64_t scaled = out + axis.pad_begin - k * axis.dilation;
  if (scaled < 0 || scaled % axis.stride != 0) return -1;
  return scaled / axis.stride < axis.in ? scaled / axis.stride : -1;
}

template <class T>
class ConvTranspose {
 public:
  explicit ConvTranspose(const Arguments& arguments)
      : arguments_(arguments),
        problem_(*arguments.problem),
        x_(problem_.operands[0]),
        w_(problem_.operands[1]),
        y_(problem_.results[0]),
        axes_(window_axes(std::get<ConvTransposeAttributes>(problem_.attributes).window, x_, &w_, y_)) {}

  void run() const {
    auto* y = static_cast<T*>(arguments_.results[0]);
    walk_steps<1>(y_.dims, {y_.strides}, [&](const Extents& at, const auto& offset) {
      std::array<int64_t, 3> position{};
      const size_t rank = at.size() - 2;
      for (size_t i = 0; i < rank; ++i) position[3 - rank + i] = at[2 + i];
      y[offset[0]] = store<T>(apply_epilogue<double>(arguments_, dot(at[0], at[1], position), at[1], at));
    });
  }

 private:
  double dot(int64_t n, int64_t channel, const std::array<int64_t, 3>& position) const {
    const int64_t group = channel / w_.dims[1];
    const int64_t depth = x_.dims[1] / std::get<ConvTransposeAttributes>(problem_.attributes).group;
    const T* x = static_cast<const T*>(arguments_.operands[0]) + n * x_.strides[0] + group * depth * x_.strides[1];
    const T* w = static_cast<const T*>(arguments_.operands[1]) + group * depth * w_.strides[0] +
                 channel % w_.dims[1] * w_.strides[1];
    double sum = 0;
    for (int64_t i = 0; i < axes_[0].kernel; ++i) {
      const int64_t z = source_of(axes_[0], position[0], i);
      if (z < 0) continue;
      for (int64_t j = 0; j < axes_[1].kernel; ++j) {
        const int64_t r = source_of(axes_[1], position[1], j);
        if (r < 0) continue;
        for (int64_t k = 0; k < axes_[2].kernel; ++k) {
          const int64_t s = source_of(axes_[2], position[2], k);
          if (s < 0) continue;
          const T* xs = x + z * axes_[0].x_stride + r * axes_[1].x_stride + s * axes_[2].x_stride;
          const T* ws = w + i * axes_[0].w_stride + j * axes_[1].w_stride + k * axes_[2].w_stride;
          for (int64_t c = 0; c < depth; ++c) sum += load(xs[c * x_.strides[1]]) * load(ws[c * w_.strides[0]]);
        }
      }
    }
    return sum;
  }

  const Arguments& arguments_;
  const Problem& problem_;
  const Operand& x_;
  const Operand& w_;
  const Operand& y_;
  WindowAxes axes_;
};

void run(const Arguments& a, TileRange) noexcept {
  visit_float(a.problem->operands[0].dtype, [&]<class T>(std::type_identity<T>) { ConvTranspose<T>(a).run(); });
}

}  // namespace

extern const KernelDef kConvTransposeRef;
const KernelDef kConvTransposeRef = {.name = "conv_transpose_ref",
                                     .family = Family::conv_transpose,
                                     .variant = "ref",
                                     .accepts = accepts,
                                     .work = work,
                                     .tiles = one_tile,
                                     .run = run,
                                     .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
