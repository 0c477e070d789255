#include "libwalle/ops/rules/support_vectors.h"

namespace walle::ops::rules {

Result<VectorKernel> vector_kernel(const NodeView& node) {
  VectorKernel kernel;
  kernel.type = WALLE_TRY(node.attribute_string("kernel_type", "LINEAR"));
  const auto numbers = WALLE_TRY(float_list(node, "kernel_params"));
  if (numbers.size() != 3 && !numbers.empty())
    return node.fail(ErrorCode::invalid_argument, "kernel_params are not gamma, coef0 and degree");
  if (!numbers.empty()) kernel = {kernel.type, numbers[0], numbers[1], numbers[2]};
  return kernel;
}

Term similarity(const VectorKernel& kernel, Term x, Term vectors) {
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

Result<std::vector<float>> float_list(const NodeView& node, std::string_view name) {
  return graph::attribute_floats(node.node().attributes, name, {});
}

Term matrix(Formula& f, const std::vector<float>& values, int64_t rows, int64_t columns) {
  return f.constant(std::vector<double>(values.begin(), values.end()), Ints{rows, columns}, DType::f32);
}

}  // namespace walle::ops::rules
