#pragma once

#include <span>

#include "libwalle/import/tflite/rules/operation.h"

namespace walle::import::tflite {

/// Every translation of this build, sorted by the name of its file. Made by CMake out of libwalle/import/tflite/*.cpp.
[[nodiscard]] std::span<const TranslationDef* const> translations();

}  // namespace walle::import::tflite
