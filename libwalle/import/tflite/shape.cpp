#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) { return one(op.builder().one("Shape", {WALLE_TRY(op.stored(0))})); }

}  // namespace

extern const TranslationDef kShape;
const TranslationDef kShape = {.code = schema::BuiltinOperator::SHAPE, .translate = translate};

}  // namespace walle::import::tflite
