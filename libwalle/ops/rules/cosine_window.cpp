#include "libwalle/ops/rules/cosine_window.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "libwalle/ops/rules/numbers.h"
#include "libwalle/ops/rules/types.h"

namespace walle::ops::rules {
namespace {

constexpr int64_t kMaxSize = int64_t{1} << 24;

Result<DType> wanted_type(const NodeView& node) {
  const auto dtype = dtype_of_onnx(WALLE_TRY(node.attribute_int("output_datatype", 1)));
  if (!dtype) return node.fail(ErrorCode::unsupported, "the type of attribute output_datatype is not supported");
  return *dtype;
}

}  // namespace

Status infer_cosine_window(const NodeView& node, InferContext& context) {
  const DType dtype = WALLE_TRY(wanted_type(node));
  const auto size = WALLE_TRY(known_count(node, 0, 0, kMaxSize));
  context.set(0, dtype, {size ? Dim(*size) : context.fresh("size")});
  return {};
}

Replacement cosine_window(const NodeView& node, GraphBuilder& builder, std::array<double, 3> a) {
  const DType dtype = WALLE_TRY(wanted_type(node));
  const auto size = WALLE_TRY(known_count(node, 0, 0, kMaxSize));
  if (!size) return node.fail(ErrorCode::unsupported, "the size depends on data");
  const bool periodic = WALLE_TRY(node.attribute_int("periodic", 1)) != 0;
  const double period = static_cast<double>(std::max<int64_t>(1, periodic ? *size : *size - 1));
  std::vector<double> values(static_cast<size_t>(*size));
  for (size_t n = 0; n < values.size(); ++n) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(n) / period;
    values[n] = a[0] - a[1] * std::cos(angle) + a[2] * std::cos(2 * angle);
  }
  return replaced(number_constant(builder, dtype, Ints{*size}, values));
}

}  // namespace walle::ops::rules
