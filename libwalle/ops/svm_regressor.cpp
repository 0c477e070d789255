#include "libwalle/ops/rules/scores.h"
#include "libwalle/ops/rules/support_vectors.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::matrix;
using rules::similarity;
using rules::Term;

Status infer(const NodeView& node, InferContext& context) {
  context.set(0, DType::f32, {WALLE_TRY(rules::sample_count(node, context)), Dim(1)});
  return {};
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Formula f(builder);
  const Term x = WALLE_TRY(rules::sample_rows(node, f)).cast(DType::f32);
  const rules::VectorKernel kernel = WALLE_TRY(rules::vector_kernel(node));
  const auto coefficients = WALLE_TRY(rules::float_list(node, "coefficients"));
  const auto vectors = WALLE_TRY(rules::float_list(node, "support_vectors"));
  const auto rho = WALLE_TRY(rules::float_list(node, "rho"));
  const int64_t supports = WALLE_TRY(node.attribute_int("n_supports", 0));
  const Ints dims = x.dims();
  const auto count = std::ssize(coefficients);
  const bool fits = dims.size() == 2 && rho.size() == 1 &&
                    (supports > 0 ? count == supports && std::ssize(vectors) / supports == dims[1] &&
                                        std::ssize(vectors) % supports == 0
                                  : count == dims[1]);
  if (!fits) return node.fail(ErrorCode::invalid_argument, "coefficients, support_vectors and rho do not fit together");
  Term y = supports > 0 ? matmul(similarity(kernel, x, matrix(f, vectors, supports, dims[1])),
                                 matrix(f, coefficients, supports, 1))
                        : similarity(kernel, x, matrix(f, coefficients, 1, dims[1]));
  y = y + static_cast<double>(rho[0]);
  if (WALLE_TRY(node.attribute_int("one_class", 0)) != 0)
    y = where(compare("Greater", y, 0), y.number(1), y.number(-1));
  return f.results({transformed(y, WALLE_TRY(rules::score_transform(node)))});
}

}  // namespace

extern const OpDef kSvmRegressor = {
    .name = "SVMRegressor",
    .domain = "ai.onnx.ml",
    .formula = "y[n] = Σ_v coefficient[v] · K(x[n], support[v]) + rho",
    .op_class = OpClass::composite,
    .operands = {1, 1},
    .results = {1, 1},
    .attributes =
        "coefficients:floats, kernel_params:floats?, kernel_type:string(LINEAR|POLY|RBF|SIGMOID)=LINEAR, "
        "n_supports:int(0..16777216)=0, one_class:int=0, post_transform:string?, rho:floats, "
        "support_vectors:floats?",
    .infer = infer,
    .decompose = decompose};

}  // namespace walle::ops
