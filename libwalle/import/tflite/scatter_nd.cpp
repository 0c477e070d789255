#include "libwalle/import/tflite/rules/move.h"

namespace walle::import::tflite {
namespace {

// Inputs: indices, updates, the result's shape; what falls on one place is added up.
Translated translate(Operation& op) {
  GraphBuilder& b = op.builder();
  const ValueId updates = WALLE_TRY(rules::movable(op, 1));
  const ValueId zero = make::scalar_like(b, updates, 0);
  const ValueId empty = WALLE_TRY(b.one("Expand", {zero, WALLE_TRY(op.index(2))}));
  return one(b.one("ScatterND", {empty, WALLE_TRY(op.index(0)), updates}, {{"reduction", std::string("add")}}));
}

}  // namespace

extern const TranslationDef kScatterNd;
const TranslationDef kScatterNd = {.code = schema::BuiltinOperator::SCATTER_ND, .translate = translate};

}  // namespace walle::import::tflite
