#include "libwalle/import/tflite/rules/window.h"

namespace walle::import::tflite {
namespace {

// Inputs: the result's shape, w as [out, h, w, in], x, bias.
Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::TransposeConvOptions>());
  const Ints shape = WALLE_TRY(op.ints(0));
  if (shape.size() != 4) return Operation::fail(ErrorCode::invalid_argument, "the result's shape needs four numbers");
  const rules::Transposed a = {.x = WALLE_TRY(op.real(2, rules::to_channels_first())),
                               .weight = WALLE_TRY(op.real(1, {3, 0, 1, 2})),
                               .bias = op.has(3) ? WALLE_TRY(op.real(3)) : kNoValue,
                               .sizes = {shape[1], shape[2]},
                               .padding = options->padding(),
                               .stride_h = options->stride_h(),
                               .stride_w = options->stride_w()};
  const ValueId y = WALLE_TRY(rules::transposed_convolution(op, a));
  return one(rules::image(op, 0, y, options->fused_activation_function()));
}

}  // namespace

extern const TranslationDef kTransposeConv;
const TranslationDef kTransposeConv = {.code = schema::BuiltinOperator::TRANSPOSE_CONV, .translate = translate};

}  // namespace walle::import::tflite
