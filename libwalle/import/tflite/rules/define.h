#pragma once

#include "libwalle/import/tflite/rules/operation.h"
#include "libwalle/ops/rules/build.h"

namespace walle::import::tflite {

/// The short forms with which decompositions are built serve translations as well: make::reshape, make::transpose…
namespace make = walle::ops::rules;

/// The translation's one output.
[[nodiscard]] inline Translated one(Result<ValueId> value) {
  if (!value) return walle::fail(value.error());
  return std::vector{*value};
}

namespace rules {

/// Image axes: TFLite has channels last, the graph's windows have them second.
[[nodiscard]] inline Ints to_channels_first() { return {0, 3, 1, 2}; }
[[nodiscard]] inline Ints to_channels_last() { return {0, 2, 3, 1}; }

}  // namespace rules

}  // namespace walle::import::tflite
