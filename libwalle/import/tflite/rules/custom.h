#pragma once

#include <flatbuffers/flexbuffers.h>

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// The first `count` 32-bit words of a custom operator's options, where these are a plain struct.
/// Errors: invalid_argument if there are fewer.
[[nodiscard]] Result<std::vector<int32_t>> option_words(const Operation& op, size_t count);
/// The map that a custom operator's options are (FlexBuffers), verified. A missing entry reads as 0.
/// Errors: invalid_argument if they are none.
[[nodiscard]] Result<flexbuffers::Map> option_map(const Operation& op);
/// An option as a whole number of at most 53 bits; 0 of anything else. FlexBuffers' own conversion overflows.
[[nodiscard]] int64_t whole(const flexbuffers::Reference& option);

}  // namespace walle::import::tflite::rules
