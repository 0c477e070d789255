#include <algorithm>

#include "libwalle/autodiff/formula/correlate.h"
#include "libwalle/autodiff/rules/table.h"

namespace walle::autodiff {
namespace {

/// The convolution whose input gradient the node is.
ConvAttributes adjoint(const ConvTransposeAttributes& a, const std::vector<int64_t>& x, const std::vector<int64_t>& y) {
  ConvAttributes conv{.window = a.window, .group = a.group};
  conv.window.pads_end.clear();
  for (size_t i = 0; i < a.window.kernel.size(); ++i) {
    const int64_t stride = i < a.window.strides.size() ? a.window.strides[i] : 1;
    const int64_t dilation = i < a.window.dilations.size() ? a.window.dilations[i] : 1;
    const int64_t begin = i < a.window.pads_begin.size() ? a.window.pads_begin[i] : 0;
    const int64_t end = stride * (x[2 + i] - 1) + dilation * (a.window.kernel[i] - 1) + 1 - y[2 + i] - begin;
    conv.window.pads_end.push_back(std::max<int64_t>(end, 0));
  }
  return conv;
}

// y is the input gradient of a convolution c(·, w), so dx = c(dy, w), and dw is c's weight gradient with dy and x in
// each other's place.
Result<std::vector<graph::ValueId>> reverse(Reverse& r) {
  const ConvAttributes conv = adjoint(r.attributes<ConvTransposeAttributes>(), r.dims(0), r.result_dims());
  auto gradients = r.none();
  if (r.wants(0))
    gradients[0] =
        add_family(r.builder(), conv, {r.gradient().id(), r.operand(1).id()}, TensorType{r.dtype(), r.dims(0)});
  if (r.wants(1))
    gradients[1] = WALLE_TRY(weight_gradient(r, r.gradient(), r.operand(0), conv.window, conv.group, r.dims(1)));
  return gradients;
}

}  // namespace

extern const RuleDef kConvTranspose;
const RuleDef kConvTranspose = {.family = Family::conv_transpose, .reverse = reverse};

}  // namespace walle::autodiff
