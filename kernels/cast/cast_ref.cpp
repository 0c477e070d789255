#include <algorithm>
#include <utility>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  const bool bits = std::get<CastAttributes>(p.attributes).bits;
  return refuse_if(bits && bits_of(p.operands[0].dtype) != bits_of(p.results[0].dtype),
                   "bits of types that are not equally wide");
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

/// The bits of an element of a type that only carries data.
unsigned carried_bits(DType dtype, double x, const CastAttributes& attributes) {
  if (is_small_float(dtype)) return small_to_bits(dtype, x, attributes.saturate, attributes.rounding);
  const bool is_signed = dtype == DType::i4 || dtype == DType::i2;
  const int64_t span = int64_t{1} << bits_of(dtype);
  auto value = clamp_to<int64_t>(x);
  if (attributes.saturate) value = std::clamp(value, is_signed ? -span / 2 : 0, (is_signed ? span / 2 : span) - 1);
  return static_cast<unsigned>(value & (span - 1));
}

/// To or from a type that only carries data. Its values are exact in double.
void run_carried(const Arguments& a) {
  const DType from = a.problem->operands[0].dtype;
  const Operand& result = a.problem->results[0];
  const auto& attributes = std::get<CastAttributes>(a.problem->attributes);
  const int bits = bits_of(result.dtype);
  walk<2>(result.dims, {a.problem->operands[0].strides, result.strides}, [&](const auto& at) {
    const auto x = load_as<double>(from, a.operands[0], at[0]);
    if (!is_storage_only(result.dtype)) return store_as(result.dtype, a.results[0], at[1], x);
    const unsigned raw = carried_bits(result.dtype, x, attributes);
    if (bits < 8) return set_packed(a.results[0], bits, at[1], raw);
    static_cast<uint8_t*>(a.results[0])[at[1]] = static_cast<uint8_t>(raw);
  });
}

/// The same bits under another name.
void run_bits(const Arguments& a) {
  const Operand& result = a.problem->results[0];
  const int bits = bits_of(result.dtype);
  walk<2>(result.dims, {a.problem->operands[0].strides, result.strides}, [&](const auto& at) {
    const bool visited = visit_size(result.dtype, [&]<class T>(std::type_identity<T>) {
      static_cast<T*>(a.results[0])[at[1]] = static_cast<const T*>(a.operands[0])[at[0]];
    });
    if (!visited) set_packed(a.results[0], bits, at[1], packed_at(a.operands[0], bits, at[0]));
  });
}

void run(const Arguments& a, TileRange) noexcept {
  const DType from = a.problem->operands[0].dtype;
  const DType to = a.problem->results[0].dtype;
  if (std::get<CastAttributes>(a.problem->attributes).bits) return run_bits(a);
  if (is_storage_only(from) || is_storage_only(to)) return run_carried(a);
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
