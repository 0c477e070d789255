#pragma once

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// How a resized image's pixels lie over those of the source.
struct Resizing {
  std::string mode;         ///< "linear" or "nearest"
  std::string coordinates;  ///< as in the graph's Resize
  std::string nearest = "floor";
};
/// Input 0 resized to the height and width in input 1.
[[nodiscard]] Translated resized(Operation& op, const Resizing& resizing);

}  // namespace walle::import::tflite::rules
