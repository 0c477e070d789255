#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// Real numbers, or integers of another scale, to the result's integers: the importer quantises.
Translated translate(Operation& op) { return one(op.real(0)); }

}  // namespace

extern const TranslationDef kQuantize;
const TranslationDef kQuantize = {.code = schema::BuiltinOperator::QUANTIZE, .translate = translate};

}  // namespace walle::import::tflite
