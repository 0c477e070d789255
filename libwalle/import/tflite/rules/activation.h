#pragma once

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// The activation that an operator's options fuse. Errors: unsupported for SIGN_BIT, invalid_argument for an unknown
/// one.
[[nodiscard]] Result<ValueId> activated(GraphBuilder& builder, ValueId x, schema::ActivationFunctionType activation);
/// x limited to [low, high].
[[nodiscard]] Result<ValueId> clipped(GraphBuilder& builder, ValueId x, float low, float high);

}  // namespace walle::import::tflite::rules
