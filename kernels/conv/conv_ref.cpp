#include "kernels/support/def.h"
#include "kernels/support/epilogue.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"
#include "kernels/support/window.h"

namespace walle::kernels {
namespace {

bool is_byte(DType d) { return d == DType::i8 || d == DType::u8; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const auto& attributes = std::get<ConvAttributes>(p.attributes);
  const Operand& x = p.operands[0];
  const Operand& w = p.operands[1];
  const Operand& y = p.results[0];
  if (const char* fault = window_fault(attributes.window, x, y)) return Refusal{fault};
  if (w.dims.size() != x.dims.size()) return Refusal{"operand and weights differ in rank"};
  if (attributes.group < 1 || x.dims[1] != w.dims[1] * attributes.group || w.dims[0] % attributes.group != 0 ||
      y.dims[1] != w.dims[0] || y.dims[0] != x.dims[0]) {
    return Refusal{"channels and groups do not fit"};
  }
  for (size_t i = 2; i < w.dims.size(); ++i) {
    if (w.dims[i] != attributes.window.kernel[i - 2]) return Refusal{"weights and window differ"};
  }
  if (is_byte(x.dtype)) {
    if (!is_byte(w.dtype)) return Refusal{"8-bit operands come in pairs"};
    if (auto refusal = check_integer_result(p)) return refusal;
  } else if (!is_float(x.dtype) || w.dtype != x.dtype || y.dtype != x.dtype) {
    return Refusal{"operands and result differ in dtype or are integers"};
  }
  return check_epilogue(p);
}

Work work(const Problem& p, const Params&) { return multiply_add_work(p); }

template <class X, class F, class Y>
class Conv {
 public:
  using W = Wide<Y>;

  explicit Conv(const Arguments& arguments)
      : arguments_(arguments),
        problem_(*arguments.problem),
        x_(problem_.operands[0]),
        w_(problem_.operands[1]),
        y_(problem_.results[0]),
        axes_(window_axes(std::get<ConvAttributes>(problem_.attributes).window, x_, &w_, y_)) {}

  void run() const {
    auto* y = static_cast<Y*>(arguments_.results[0]);
    const int64_t per_group = y_.dims[1] / std::get<ConvAttributes>(problem_.attributes).group;
    walk_steps<1>(y_.dims, {y_.strides}, [&](const Extents& at, const auto& offset) {
      const int64_t channel = at[1];
      const int64_t first = per_group == 0 ? 0 : channel / per_group * w_.dims[1];
      std::array<int64_t, 3> position{};
      const size_t rank = at.size() - 2;
      for (size_t i = 0; i < rank; ++i) position[3 - rank + i] = at[2 + i];
      const W sum = dot(at[0], channel, first, position);
      if constexpr (sizeof(X) == 1)
        store_as(y_.dtype, y, offset[0], apply_integer_epilogue(arguments_, sum, channel, at));
      else
        y[offset[0]] = store<Y>(apply_epilogue<W>(arguments_, sum, channel, at));
    });
  }

 private:
  W dot(int64_t n, int64_t channel, int64_t first, const std::array<int64_t, 3>& position) const {
    const X* x = static_cast<const X*>(arguments_.operands[0]) + n * x_.strides[0] + first * x_.strides[1];
    const F* w = static_cast<const F*>(arguments_.operands[1]) + channel * w_.strides[0];
    const int64_t x_zero = zero_point(2, 0);
    const int64_t w_zero = zero_point(3, channel);
    std::array<int64_t, 3> origin{};
    for (size_t i = 0; i < 3; ++i) origin[i] = position[i] * axes_[i].stride - axes_[i].pad_begin;
    W sum = 0;
    for (int64_t i = 0; i < axes_[0].kernel; ++i) {
      const int64_t z = origin[0] + i * axes_[0].dilation;
      if (z < 0 || z >= axes_[0].in) continue;
      for (int64_t j = 0; j < axes_[1].kernel; ++j) {
        const int64_t r = origin[1] + j * axes_[1].dilation;
        if (r < 0 || r >= axes_[1].in) continue;
        for (int64_t k = 0; k < axes_[2].kernel; ++k) {
          const int64_t s = origin[2] + k * axes_[2].dilation;
          if (s < 0 || s >= axes_[2].in) continue;
          const X* xs = x + z * axes_[0].x_stride + r * axes_[1].x_stride + s * axes_[2].x_stride;
          const F* ws = w + i * axes_[0].w_stride + j * axes_[1].w_stride + k * axes_[2].w_stride;
          for (int64_t c = 0; c < w_.dims[1]; ++c) {
            sum = add<W>(sum, product(xs[c * x_.strides[1]], ws[c * w_.strides[1]], x_zero, w_zero));
          }
        }
      }
    }
    return sum;
  }

  static W product(X x, F w, int64_t x_zero, int64_t w_zero) {
    if constexpr (sizeof(X) == 1)
      return (x - x_zero) * (w - w_zero);
    else
      return load(x) * load(w);
  }

  int64_t zero_point(size_t index, int64_t channel) const {
    if constexpr (sizeof(X) > 1) return 0;
    if (!has_operand(problem_, index) || arguments_.operands[index] == nullptr) return 0;
    const Operand& zero = problem_.operands[index];
    const int64_t at = zero.count() == 1 ? 0 : channel * zero.strides.back();
    return load_as<int64_t>(zero.dtype, arguments_.operands[index], at);
  }

  const Arguments& arguments_;
  const Problem& problem_;
  const Operand& x_;
  const Operand& w_;
  const Operand& y_;
  WindowAxes axes_;
};

void run(const Arguments& a, TileRange) noexcept {
  const DType left = a.problem->operands[0].dtype;
  const DType right = a.problem->operands[1].dtype;
  if (left == DType::i8 && right == DType::i8) return Conv<int8_t, int8_t, int32_t>(a).run();
  if (left == DType::i8 && right == DType::u8) return Conv<int8_t, uint8_t, int32_t>(a).run();
  if (left == DType::u8 && right == DType::i8) return Conv<uint8_t, int8_t, int32_t>(a).run();
  if (left == DType::u8 && right == DType::u8) return Conv<uint8_t, uint8_t, int32_t>(a).run();
  visit_float(left, [&]<class T>(std::type_identity<T>) { Conv<T, T, T>(a).run(); });
}

}  // namespace

extern const KernelDef kConvRef;
const KernelDef kConvRef = {.name = "conv_ref",
                            .family = Family::conv,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .tiles = one_tile,
                            .run = run,
                            .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
