#pragma once

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// TranslationDef::op (a reduction) of input 0 along the axes of input 1.
[[nodiscard]] Translated reduction(Operation& op);
/// The same of booleans, which are reduced as integers.
[[nodiscard]] Translated boolean_reduction(Operation& op);
/// ArgMax and ArgMin.
[[nodiscard]] Translated arg_reduction(Operation& op);

}  // namespace walle::import::tflite::rules
