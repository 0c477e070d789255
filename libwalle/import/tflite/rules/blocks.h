#pragma once

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// Input 1 of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: the block's sizes along x's axes 1, 2, ….
[[nodiscard]] Result<Ints> block_of(Operation& op, ValueId x);

}  // namespace walle::import::tflite::rules
