#include "libwalle/import/tflite/rules/image.h"

namespace walle::import::tflite::rules {

Translated resized(Operation& op, const Resizing& resizing) {
  GraphBuilder& b = op.builder();
  const Ints sizes = WALLE_TRY(op.ints(1));
  if (sizes.size() != 2 || sizes[0] < 1 || sizes[1] < 1)
    return Operation::fail(ErrorCode::invalid_argument, "needs a height and a width");
  const ValueId x = WALLE_TRY(op.real(0, to_channels_first()));
  const ValueId y = WALLE_TRY(b.one("Resize", {x, kNoValue, kNoValue, b.ints(sizes)},
                                    {{"axes", Ints{2, 3}},
                                     {"mode", resizing.mode},
                                     {"coordinate_transformation_mode", resizing.coordinates},
                                     {"nearest_mode", resizing.nearest}}));
  return one(make::transpose(b, WALLE_TRY(op.store(0, y)), to_channels_last()));
}

}  // namespace walle::import::tflite::rules
