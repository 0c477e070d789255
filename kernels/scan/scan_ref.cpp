#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  if (x.dims.empty() || x.dims != p.results[0].dims)
    return Refusal{"operand and result differ in shape or are scalars"};
  return refuse_if(x.dtype != p.results[0].dtype || bits_of(x.dtype) < 8 || x.dtype == DType::boolean,
                   "operand and result differ in dtype");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 2); }

template <class T>
void row(const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t size, const ScanAttributes& attributes) {
  using W = Wide<T>;
  W running = attributes.product ? W{1} : W{0};
  for (int64_t step = 0; step < size; ++step) {
    const int64_t i = attributes.reverse ? size - 1 - step : step;
    const W value = load(x[i * x_stride]);
    const W next = attributes.product ? multiply(running, value) : add(running, value);
    y[i * y_stride] = store<T>(attributes.exclusive ? running : next);
    running = next;
  }
}

void run(const Arguments& a, TileRange) noexcept {
  const auto& attributes = std::get<ScanAttributes>(a.problem->attributes);
  const Operand& x = a.problem->operands[0];
  const Operand& y = a.problem->results[0];
  const size_t axis = axis_of(attributes.axis, x.dims.size());
  visit_dtype(x.dtype, [&]<class T>(std::type_identity<T>) {
    walk<2>(without_axis(x.dims, axis), {without_axis(x.strides, axis), without_axis(y.strides, axis)},
            [&](const auto& at) {
              row(static_cast<const T*>(a.operands[0]) + at[0], x.strides[axis], static_cast<T*>(a.results[0]) + at[1],
                  y.strides[axis], x.dims[axis], attributes);
            });
  });
}

}  // namespace

extern const KernelDef kScanRef;
const KernelDef kScanRef = {.name = "scan_ref",
                            .family = Family::scan,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .tiles = one_tile,
                            .run = run,
                            .bound = {.relative = 6e-8}};

}  // namespace walle::kernels
