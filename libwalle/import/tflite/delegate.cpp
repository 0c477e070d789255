#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {

extern const TranslationDef kDelegate;
const TranslationDef kDelegate = {.code = schema::BuiltinOperator::DELEGATE,
                                  .refusal = "the model was compiled for a delegate; convert it without"};

}  // namespace walle::import::tflite
