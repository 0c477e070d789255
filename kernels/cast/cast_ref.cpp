#include <algorithm>
#include <utility>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  return refuse_if(p.operands[0].dims != p.results[0].dims, "operand and result differ in shape");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 4); }

/// To the wide type of R, clamped to R's range if asked; booleans are "is not 0".
template <class R, class W>
Wide<R> to_wide(W x, bool saturate) {
  if constexpr (std::is_same_v<R, Boolean>) {
    return x != 0 ? 1 : 0;
  } else if constexpr (kIsFloat<R>) {
    return convert<double>(x);
  } else if constexpr (std::is_same_v<W, double>) {
    return saturate || sizeof(R) == 8 ? Wide<R>{clamp_to<R>(x)} : static_cast<Wide<R>>(clamp_to<int64_t>(x));
  } else {
    if (saturate) {
      if (std::cmp_less(x, std::numeric_limits<R>::lowest())) return std::numeric_limits<R>::lowest();
      if (std::cmp_greater(x, std::numeric_limits<R>::max())) return std::numeric_limits<R>::max();
    }
    return static_cast<Wide<R>>(x);
  }
}

template <class T, class R>
void map(const Arguments& a) {
  const bool saturate = std::get<CastAttributes>(a.problem->attributes).saturate;
  const auto* x = static_cast<const T*>(a.operands[0]);
  auto* y = static_cast<R*>(a.results[0]);
  const Operand& result = a.problem->results[0];
  walk<2>(result.dims, {a.problem->operands[0].strides, result.strides},
          [&](const auto& at) { y[at[1]] = store<R>(to_wide<R>(load(x[at[0]]), saturate)); });
}

/// To or from i4 and u4.
void run_packed(const Arguments& a) {
  const DType from = a.problem->operands[0].dtype;
  const Operand& result = a.problem->results[0];
  const bool saturate = std::get<CastAttributes>(a.problem->attributes).saturate;
  const int64_t low = result.dtype == DType::i4 ? -8 : 0;
  const int64_t high = result.dtype == DType::i4 ? 7 : 15;
  walk<2>(result.dims, {a.problem->operands[0].strides, result.strides}, [&](const auto& at) {
    if (is_float(result.dtype)) {
      store_as(result.dtype, a.results[0], at[1], load_as<double>(from, a.operands[0], at[0]));
      return;
    }
    auto value = load_as<int64_t>(from, a.operands[0], at[0]);
    if (saturate && bits_of(result.dtype) == 4) value = std::clamp(value, low, high);
    store_as(result.dtype, a.results[0], at[1], value);
  });
}

void run(const Arguments& a, TileRange) noexcept {
  const DType from = a.problem->operands[0].dtype;
  const DType to = a.problem->results[0].dtype;
  if (bits_of(from) < 8 || bits_of(to) < 8) return run_packed(a);
  visit_dtype(from, [&]<class T>(std::type_identity<T>) {
    visit_dtype(to, [&]<class R>(std::type_identity<R>) { map<T, R>(a); });
  });
}

}  // namespace

extern const KernelDef kCastRef;
const KernelDef kCastRef = {.name = "cast_ref",
                            .family = Family::cast,
                            .variant = "ref",
                            .accepts = accepts,
                            .work = work,
                            .tiles = one_tile,
                            .run = run};

}  // namespace walle::kernels
