#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {
namespace {

// y = activation(conv(x, w) + bias), w as [out, h, w, in]; fewer input channels in w than in x are groups.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::Conv2DOptions>());
  const Ints x = WALLE_TRY(op.dims(WALLE_TRY(op.stored(0))));
  const Ints weight = WALLE_TRY(op.known_dims(WALLE_TRY(op.stored(1))));
  if (x.size() != 4 || weight.size() != 4 || weight[3] < 1)
    return Operation::fail(ErrorCode::invalid_argument, "needs an image and a weight of four axes");
  const int64_t group = x[3] > weight[3] && x[3] % weight[3] == 0 ? x[3] / weight[3] : 1;
  const rules::Window window = {.padding = options->padding(),
                                .stride_h = options->stride_h(),
                                .stride_w = options->stride_w(),
                                .dilation_h = options->dilation_h_factor(),
                                .dilation_w = options->dilation_w_factor()};
  return rules::convolution(op, window, group, rules::to_channels_first(), options->fused_activation_function());
}

}  // namespace

extern const TranslationDef kConv2d;
const TranslationDef kConv2d = {.code = schema::BuiltinOperator::CONV_2D, .translate = translate};

}  // namespace walle::import::tflite
