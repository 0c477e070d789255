#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const Operand& x = p.operands[0];
  if (x.dims != p.results[0].dims || x.dims.empty())
    return Refusal{"operand and result differ in shape or are scalars"};
  if (!is_float(x.dtype) || x.dtype != p.results[0].dtype)
    return Refusal{"operand and result are not of one float dtype"};
  for (size_t i = 1; i < 3; ++i) {
    if (has_operand(p, i) && p.operands[i].dims != x.dims)
      return Refusal{"scale or bias is not broadcast to the operand"};
  }
  return std::nullopt;
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 8); }

Extents tail(const Extents& extents, size_t axis) { return Extents(std::span<const int64_t>(extents).subspan(axis)); }
Extents head(const Extents& extents, size_t axis) { return Extents(std::span<const int64_t>(extents).first(axis)); }

/// One group: the box of the axes from `axis` on.
template <class T>
class Group {
 public:
  Group(const Arguments& a, size_t axis) : arguments_(a), attributes_(std::get<NormAttributes>(a.problem->attributes)) {
    const Operand& x = a.problem->operands[0];
    dims_ = tail(x.dims, axis);
    strides_[0] = tail(x.strides, axis);
    strides_[1] = tail(a.problem->results[0].strides, axis);
    for (size_t i = 1; i < 3; ++i) {
      strides_[1 + i] = given(i) ? tail(a.problem->operands[i].strides, axis) : Extents(dims_.size(), 0);
    }
    count_ = 1;
    for (const int64_t d : dims_) count_ *= d;
  }

  bool given(size_t i) const { return has_operand(*arguments_.problem, i) && arguments_.operands[i] != nullptr; }

  void run(const std::array<int64_t, 4>& at) const {
    const T* x = static_cast<const T*>(arguments_.operands[0]) + at[0];
    T* y = static_cast<T*>(arguments_.results[0]) + at[1];
    double mean = 0;
    if (!attributes_.rms) {
      walk<1>(dims_, {strides_[0]}, [&](const auto& o) { mean += load(x[o[0]]); });
      mean /= static_cast<double>(count_);
    }
    double variance = 0;
    walk<1>(dims_, {strides_[0]}, [&](const auto& o) {
      const double d = load(x[o[0]]) - mean;
      variance += d * d;
    });
    const double scale = 1 / std::sqrt(variance / static_cast<double>(count_) + attributes_.epsilon);
    walk<4>(dims_, {strides_[0], strides_[1], strides_[2], strides_[3]}, [&](const auto& o) {
      double value = (load(x[o[0]]) - mean) * scale;
      if (given(1)) value *= load_as<double>(dtype(1), arguments_.operands[1], at[2] + o[2]);
      if (given(2)) value += load_as<double>(dtype(2), arguments_.operands[2], at[3] + o[3]);
      y[o[1]] = store<T>(value);
    });
  }

 private:
  DType dtype(size_t i) const { return arguments_.problem->operands[i].dtype; }

  const Arguments& arguments_;
  const NormAttributes& attributes_;
  Extents dims_;
  std::array<Extents, 4> strides_;
  int64_t count_ = 1;
};

void run(const Arguments& a, TileRange) noexcept {
  const Operand& x = a.problem->operands[0];
  const size_t axis = axis_of(std::get<NormAttributes>(a.problem->attributes).axis, x.dims.size());
  visit_float(x.dtype, [&]<class T>(std::type_identity<T>) {
    const Group<T> group(a, axis);
    const auto outer = [&](size_t i) {
      return group.given(i) ? head(a.problem->operands[i].strides, axis) : Extents(axis, 0);
    };
    const Extents scale = outer(1);
    const Extents bias = outer(2);
    walk<4>(head(x.dims, axis), {head(x.strides, axis), head(a.problem->results[0].strides, axis), scale, bias},
            [&](const auto& at) { group.run(at); });
  });
}

}  // namespace

extern const KernelDef kNormRef;
const KernelDef kNormRef = {.name = "norm_ref",
                            .family = Family::norm,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .tiles = one_tile,
                            .run = run,
                            .bound = {.relative = 1e-7, .absolute = 1e-7}};

}  // namespace walle::kernels
