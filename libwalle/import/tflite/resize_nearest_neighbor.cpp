#include "libwalle/import/tflite/rules/image.h"

namespace walle::import::tflite {
namespace {

Translated translate(Operation& op) {
  const auto* options = WALLE_TRY(op.options<schema::ResizeNearestNeighborOptions>());
  if (options->align_corners())
    return rules::resized(op, {.mode = "nearest", .coordinates = "align_corners", .nearest = "round_prefer_ceil"});
  return rules::resized(
      op, {.mode = "nearest", .coordinates = options->half_pixel_centers() ? "tf_half_pixel_for_nn" : "asymmetric"});
}

}  // namespace

extern const TranslationDef kResizeNearestNeighbor;
const TranslationDef kResizeNearestNeighbor = {.code = schema::BuiltinOperator::RESIZE_NEAREST_NEIGHBOR,
                                               .translate = translate};

}  // namespace walle::import::tflite
