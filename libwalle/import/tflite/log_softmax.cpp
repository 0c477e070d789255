#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  return one(op.builder().one("LogSoftmax", {WALLE_TRY(op.real(0))}, {{"axis", int64_t{-1}}}));
}

}  // namespace

extern const TranslationDef kLogSoftmax;
const TranslationDef kLogSoftmax = {.code = schema::BuiltinOperator::LOG_SOFTMAX, .translate = translate};

}  // namespace walle::import::tflite
