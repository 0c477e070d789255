#include <algorithm>
#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  if (x.dims.size() < 2 || x.dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  if (std::get<LrnAttributes>(p.attributes).size < 1) return Refusal{"size is below 1"};
  return refuse_if(!is_float(x.dtype) || x.dtype != p.results[0].dtype,
                   "operand and result are not of one float dtype");
}

Work work(const Problem& p, const Params&) {
  return elementwise_work(p, 2 * static_cast<double>(std::get<LrnAttributes>(p.attributes).size) + 40);
}

template <class T>
void column(const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t channels, const LrnAttributes& attributes) {
  for (int64_t c = 0; c < channels; ++c) {
    const int64_t begin = std::max<int64_t>(0, c - (attributes.size - 1) / 2);
    const int64_t end = std::min(channels, c + attributes.size / 2 + 1);
    double sum = 0;
    for (int64_t i = begin; i < end; ++i) sum += load(x[i * x_stride]) * load(x[i * x_stride]);
    const double base = attributes.bias + attributes.alpha / static_cast<double>(attributes.size) * sum;
    y[c * y_stride] = store<T>(load(x[c * x_stride]) / std::pow(base, attributes.beta));
  }
}

void run(const Arguments& a, TileRange) noexcept {
  const auto& attributes = std::get<LrnAttributes>(a.problem->attributes);
  const Operand& x = a.problem->operands[0];
  const Operand& y = a.problem->results[0];
  visit_float(x.dtype, [&]<class T>(std::type_identity<T>) {
    walk<2>(without_axis(x.dims, 1), {without_axis(x.strides, 1), without_axis(y.strides, 1)}, [&](const auto& at) {
      column(static_cast<const T*>(a.operands[0]) + at[0], x.strides[1], static_cast<T*>(a.results[0]) + at[1],
             y.strides[1], x.dims[1], attributes);
    });
  });
}

}  // namespace

extern const KernelDef kLrnRef;
const KernelDef kLrnRef = {.name = "lrn_ref",
                           .family = Family::lrn,
                           .variant = "ref",
                           .accepts = accepts,
                           .work = work,
                           .tiles = one_tile,
                           .run = run,
                           .bound = {.relative = 1e-7}};

}  // namespace walle::kernels
