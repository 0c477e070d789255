#include "libwalle/ops/rules/scores.h"

namespace walle::ops {
namespace {

using rules::Formula;
using rules::Term;

struct Kernel {
  std::string type;
  double gamma = 0, offset = 0, degree = 3;
};

Result<std::vector<float>> floats(const NodeView& node, std::string_view name) {
  return graph::attribute_floats(node.node().attributes, name, {});
}

Result<Kernel> kernel_of(const NodeView& node) {
  Kernel kernel;
  kernel.type = WALLE_TRY(node.attribute_string("kernel_type", "LINEAR"));
  const auto numbers = WALLE_TRY(floats(node, "kernel_params"));
  if (numbers.size() != 3 && !numbers.empty())
    return node.fail(ErrorCode::invalid_argument, "kernel_params are not gamma, coef0 and degree");
  if (!numbers.empty()) kernel = {kernel.type, numbers[0], numbers[1], numbers[2]};
  return kernel;
}

/// x [N, C] and the vectors [V, C]: [N, V].
Term apply(const Kernel& kernel, Term x, Term vectors) {
  const Term dot = matmul(x, vectors.transpose({1, 0}));
  if (kernel.type == "LINEAR") return dot;
  if (kernel.type == "RBF") {
    const Term apart =  // |x - v|² without the cancellation of |x|² - 2 x·v + |v|²
        (x.reshape({x.dims()[0], 1, x.dims()[1]}) - vectors).reduce("ReduceSumSquare", {2});
    return (-kernel.gamma * apart).apply("Exp").reshape(dot.dims());
  }
  const Term shifted = kernel.gamma * dot + kernel.offset;
  return kernel.type == "POLY" ? x.formula().op("Pow", {shifted, shifted.number(kernel.degree)})
                               : shifted.apply("Tanh");
}

Status infer(const NodeView& node, InferContext& context) {
  context.set(0, DType::f32, {WALLE_TRY(rules::sample_count(node, context)), Dim(1)});
  return {};
}

Term matrix(Formula& f, const std::vector<float>& values, int64_t rows, int64_t columns) {
  return f.constant(std::vector<double>(values.begin(), values.end()), Ints{rows, columns}, DType::f32);
}

Replacement decompose(const NodeView& node, GraphBuilder& builder) {
  Formula f(builder);
  const Term x = WALLE_TRY(rules::sample_rows(node, f)).cast(DType::f32);
  const Kernel kernel = WALLE_TRY(kernel_of(node));
  const auto coefficients = WALLE_TRY(floats(node, "coefficients"));
  const auto vectors = WALLE_TRY(floats(node, "support_vectors"));
  const auto rho = WALLE_TRY(floats(node, "rho"));
  const int64_t supports = WALLE_TRY(node.attribute_int("n_supports", 0));
  const Ints dims = x.dims();
  const auto count = std::ssize(coefficients);
  const bool fits = dims.size() == 2 && rho.size() == 1 &&
                    (supports > 0 ? count == supports && std::ssize(vectors) / supports == dims[1] &&
                                        std::ssize(vectors) % supports == 0
                                  : count == dims[1]);
  if (!fits) return node.fail(ErrorCode::invalid_argument, "coefficients, support_vectors and rho do not fit together");
  Term y = supports > 0
               ? matmul(apply(kernel, x, matrix(f, vectors, supports, dims[1])), matrix(f, coefficients, supports, 1))
               : apply(kernel, x, matrix(f, coefficients, 1, dims[1]));
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
