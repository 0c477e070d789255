#include "kernels/support/def.h"
#include "kernels/support/scalar.h"
#include "kernels/support/scalar_ops.h"
#include "kernels/support/walk.h"

namespace walle::kernels {
namespace {

const UnaryAttributes& attributes_of(const Problem& p) { return std::get<UnaryAttributes>(p.attributes); }

std::optional<Refusal> accepts(const Problem& p) {
  if (auto refusal = check_arity(p, 1)) return refusal;
  const UnaryOp op = attributes_of(p).op;
  const DType in = p.operands[0].dtype;
  if (p.operands[0].dims != p.results[0].dims) return Refusal{"operand and result differ in shape"};
  if (p.results[0].dtype != (gives_boolean(op) ? DType::boolean : in)) return Refusal{"the result has a wrong dtype"};
  bool defined = false;
  visit_dtype(in, [&]<class T>(std::type_identity<T>) { defined = unary_function<Wide<T>>(op) != nullptr; });
  return refuse_if(!defined, "the operator is not defined on this dtype");
}

Work work(const Problem& p, const Params&) { return elementwise_work(p, 20); }

template <class T, class R>
void map(const Arguments& a) {
  const UnaryAttributes& attributes = attributes_of(*a.problem);
  const UnaryFunction<Wide<T>> function = unary_function<Wide<T>>(attributes.op);
  const auto* x = static_cast<const T*>(a.operands[0]);
  auto* y = static_cast<R*>(a.results[0]);
  const Operand& result = a.problem->results[0];
  walk<2>(result.dims, {a.problem->operands[0].strides, result.strides}, [&](const auto& at) {
    const Wide<T> value = function(load(x[at[0]]), attributes.alpha, attributes.beta);
    y[at[1]] = store<R>(convert<Wide<R>>(value));
  });
}

void run(const Arguments& a, TileRange) noexcept {
  visit_dtype(a.problem->operands[0].dtype, [&]<class T>(std::type_identity<T>) {
    if (gives_boolean(attributes_of(*a.problem).op))
      map<T, Boolean>(a);
    else
      map<T, T>(a);
  });
}

}  // namespace

extern const KernelDef kUnaryRef;
const KernelDef kUnaryRef = {.name = "unary_ref",
                             .family = Family::unary,
                             .variant = "ref",
                             .accepts = accepts,
                             .work = work,
                             .tiles = one_tile,
                             .run = run,
                             .bound = {.relative = 6e-8, .absolute = 1e-45}};

}  // namespace walle::kernels
