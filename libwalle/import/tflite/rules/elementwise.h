#pragma once

#include "libwalle/import/tflite/rules/activation.h"

// Operators that work element by element: TranslationDef::op names the graph's.
namespace walle::import::tflite::rules {

/// op(x).
[[nodiscard]] Translated unary(Operation& op);
/// op(a, b), broadcast.
[[nodiscard]] Translated binary(Operation& op);

/// op(a, b) and then the activation of its options.
template <class Options>
Translated activated_binary(Operation& op) {
  const Options* options = WALLE_TRY(op.options<Options>());
  const ValueId a = WALLE_TRY(op.real(0));
  const ValueId b = WALLE_TRY(op.real(1));
  const ValueId y = WALLE_TRY(op.builder().one(op.op(), {a, b}));
  return one(activated(op.builder(), y, options->fused_activation_function()));
}

}  // namespace walle::import::tflite::rules
