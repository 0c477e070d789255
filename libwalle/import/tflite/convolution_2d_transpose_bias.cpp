#include <algorithm>

#include "libwalle/import/tflite/rules/custom.h"
#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {
namespace {

// MediaPipe's: x, w as [out, h, w, in], bias; options are TensorFlow Lite's struct of a transposed convolution.
Translated translate(Operation& op) {
  const auto words = WALLE_TRY(rules::option_words(op, 3));
  const auto padding = words[0] == 1 ? schema::Padding::SAME : schema::Padding::VALID;
  rules::Transposed a = {.x = WALLE_TRY(op.real(0, rules::to_channels_first())),
                         .weight = WALLE_TRY(op.real(1, {3, 0, 1, 2})),
                         .bias = WALLE_TRY(op.real(2)),
                         .padding = padding,
                         .stride_h = words[2],
                         .stride_w = words[1]};
  const Ints x = WALLE_TRY(op.known_dims(a.x));
  const Ints weight = WALLE_TRY(op.known_dims(a.weight));
  if (x.size() != 4 || weight.size() != 4) return Operation::fail(ErrorCode::invalid_argument, "needs images");
  const bool same = padding == schema::Padding::SAME;
  a.sizes = {x[2] * a.stride_h + (same ? 0 : std::max<int64_t>(0, weight[2] - a.stride_h)),
             x[3] * a.stride_w + (same ? 0 : std::max<int64_t>(0, weight[3] - a.stride_w))};
  const ValueId y = WALLE_TRY(rules::transposed_convolution(op, a));
  return one(rules::image(op, 0, y, schema::ActivationFunctionType::NONE));
}

}  // namespace

extern const TranslationDef kConvolution2dTransposeBias;
const TranslationDef kConvolution2dTransposeBias = {
    .code = schema::BuiltinOperator::CUSTOM, .custom = "Convolution2DTransposeBias", .translate = translate};

}  // namespace walle::import::tflite
