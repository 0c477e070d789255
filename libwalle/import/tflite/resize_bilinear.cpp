#include "libwalle/import/tflite/rules/image.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::ResizeBilinearOptions>());
  const std::string coordinates = options->align_corners()        ? "align_corners"
                                  : options->half_pixel_centers() ? "half_pixel"
                                                                  : "asymmetric";
  return rules::resized(op, {.mode = "linear", .coordinates = coordinates});
}

}  // namespace

extern const TranslationDef kResizeBilinear;
const TranslationDef kResizeBilinear = {.code = schema::BuiltinOperator::RESIZE_BILINEAR, .translate = translate};

}  // namespace walle::import::tflite
