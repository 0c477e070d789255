#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {
namespace {

// w as [1, h, w, channels · multiplier]; result channel c · multiplier + m comes of channel c.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::DepthwiseConv2DOptions>());
  const Ints x = WALLE_TRY(op.dims(WALLE_TRY(op.stored(0))));
  const Ints weight = WALLE_TRY(op.known_dims(WALLE_TRY(op.stored(1))));
  if (x.size() != 4 || x[3] < 1 || weight.size() != 4 || weight[0] != 1 || weight[3] % x[3] != 0)
    return Operation::fail(ErrorCode::invalid_argument, "the weight does not fit the image's channels");
  const rules::Window window = {.padding = options->padding(),
                                .stride_h = options->stride_h(),
                                .stride_w = options->stride_w(),
                                .dilation_h = options->dilation_h_factor(),
                                .dilation_w = options->dilation_w_factor()};
  return rules::convolution(op, window, x[3], {3, 0, 1, 2}, options->fused_activation_function());
}

}  // namespace

extern const TranslationDef kDepthwiseConv2d;
const TranslationDef kDepthwiseConv2d = {.code = schema::BuiltinOperator::DEPTHWISE_CONV_2D, .translate = translate};

}  // namespace walle::import::tflite
