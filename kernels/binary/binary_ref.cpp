#include <cmath>

#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/scalar_ops.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

BinaryOp op_of(const Problem& p) { return std::get<BinaryAttributes>(p.attributes).op; }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 2)) return refusal;
  const BinaryOp op = op_of(p);
  const DType in = p.operands[0].dtype;
  for (size_t i = 0; i < 2; ++i) {
    if (p.operands[i].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  }
  if (p.operands[1].dtype != in && op != BinaryOp::pow) return Refusal{"the operands differ in dtype"};
  if (p.results[0].dtype != (gives_boolean(op) ? DType::boolean : in)) return Refusal{"the result has a wrong dtype"};
  bool defined = false;
  visit_dtype(in, [&]<class T>(std::type_identity<T>) { defined = binary_function<Wide<T>>(op) != nullptr; });
  return refuse_if(!defined || bits_of(p.operands[1].dtype) < 8, "the operator is not defined on this dtype");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 10); }

template <class T, class R>
void map(const Arguments& a) {
  const BinaryFunction<Wide<T>> function = binary_function<Wide<T>>(op_of(*a.problem));
  const auto* x = static_cast<const T*>(a.operands[0]);
  const auto* z = static_cast<const T*>(a.operands[1]);
  auto* y = static_cast<R*>(a.results[0]);
  const Operand& result = a.problem->results[0];
  const auto& operands = a.problem->operands;
  walk<3>(result.dims, {operands[0].strides, operands[1].strides, result.strides},
          [&](const auto& at) { y[at[2]] = store<R>(convert<Wide<R>>(function(load(x[at[0]]), load(z[at[1]])))); });
}

/// pow with an exponent of another dtype.
void run_mixed_power(const Arguments& a) {
  const auto& operands = a.problem->operands;
  const Operand& result = a.problem->results[0];
  const bool integers = !is_float(operands[0].dtype) && !is_float(operands[1].dtype);
  walk<3>(result.dims, {operands[0].strides, operands[1].strides, result.strides}, [&](const auto& at) {
    if (integers) {
      const auto power = binary_function<int64_t>(BinaryOp::pow);
      store_as(result.dtype, a.results[0], at[2],
               power(load_as<int64_t>(operands[0].dtype, a.operands[0], at[0]),
                     load_as<int64_t>(operands[1].dtype, a.operands[1], at[1])));
    } else {
      store_as(result.dtype, a.results[0], at[2],
               std::pow(load_as<double>(operands[0].dtype, a.operands[0], at[0]),
                        load_as<double>(operands[1].dtype, a.operands[1], at[1])));
    }
  });
}

void run(const Arguments& a, TileRange) noexcept {
  const auto& operands = a.problem->operands;
  if (operands[0].dtype != operands[1].dtype) return run_mixed_power(a);
  visit_dtype(operands[0].dtype, [&]<class T>(std::type_identity<T>) {
    if (gives_boolean(op_of(*a.problem)))
      map<T, Boolean>(a);
    else
      map<T, T>(a);
  });
}

}  // namespace

extern const KernelDef kBinaryRef;
const KernelDef kBinaryRef = {.name = "binary_ref",
                              .family = Family::binary,
                              .variant = "ref",
                              .accepts = accepts,
                              .work = work,
                              .tiles = one_tile,
                              .run = run,
                              .bound = {.relative = 6e-8, .absolute = 1e-45}};

}  // namespace walle::kernels
