#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  if (x.dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  if (x.dims.empty()) return Refusal{"a scalar has no axis"};
  return refuse_if(!is_float(x.dtype) || x.dtype != p.results[0].dtype,
                   "operand and result are not of one float dtype");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 30); }

template <class T>
void row(const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t size, bool log) {
  double max = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < size; ++i) max = larger(max, load(x[i * x_stride]));
  double sum = 0;
  for (int64_t i = 0; i < size; ++i) sum += std::exp(load(x[i * x_stride]) - max);
  const double log_sum = std::log(sum);
  for (int64_t i = 0; i < size; ++i) {
    const double shifted = load(x[i * x_stride]) - max;
    y[i * y_stride] = store<T>(log ? shifted - log_sum : std::exp(shifted) / sum);
  }
}

void run(const Arguments& a, TileRange) noexcept {
  const auto& attributes = std::get<SoftmaxAttributes>(a.problem->attributes);
  const Operand& x = a.problem->operands[0];
  const Operand& y = a.problem->results[0];
  const size_t axis = axis_of(attributes.axis, x.dims.size());
  visit_float(x.dtype, [&]<class T>(std::type_identity<T>) {
    walk<2>(without_axis(x.dims, axis), {without_axis(x.strides, axis), without_axis(y.strides, axis)},
            [&](const auto& at) {
              row(static_cast<const T*>(a.operands[0]) + at[0], x.strides[axis], static_cast<T*>(a.results[0]) + at[1],
                  y.strides[axis], x.dims[axis], attributes.log);
            });
  });
}

}  // namespace

extern const KernelDef kSoftmaxRef;
const KernelDef kSoftmaxRef = {.name = "softmax_ref",
                               .family = Family::softmax,
                               .variant = "ref",
                               .accepts = accepts,
                               .work = work,
                               .tiles = one_tile,
                               .run = run,
                               .bound = {.relative = 6e-8, .absolute = 1e-45}};

}  // namespace walle::kernels
