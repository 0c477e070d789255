#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite {
namespace {

// Sparse weights become dense where they are read.
Translated translate(Operation& op) { return one(op.stored(0)); }

}  // namespace

extern const TranslationDef kDensify;
const TranslationDef kDensify = {.code = schema::BuiltinOperator::DENSIFY, .translate = translate};

}  // namespace walle::import::tflite
