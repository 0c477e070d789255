#pragma once

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// Non-maximum suppression with a fixed number of turns: each picks the best box that is left and strikes out those
/// that cover it too much. Several rows of scores share the boxes.
struct Suppression {
  ValueId boxes = kNoValue;                ///< f32 [n, 4]: y, x of one corner, y, x of the other (larger) one
  ValueId scores = kNoValue;               ///< f32 [rows, n]
  ValueId overlap = kNoValue;              ///< scalar: intersection over union from which a box is struck out
  ValueId least = kNoValue;                ///< scalar: the score that a box needs
  ValueId sigma = kNoValue;                ///< scalar, > 0 softens: scores decay by exp(-overlap² / (2 · sigma))
  int64_t turns = 0;                       ///< how many boxes at most
  std::string strikes = "GreaterOrEqual";  ///< overlap OP limit strikes a box out
  std::string takes = "Greater";           ///< score OP least lets it in
};
struct Selected {
  ValueId indices = kNoValue;  ///< i64 [rows, turns], 0 where there was no box
  ValueId scores = kNoValue;   ///< f32 [rows, turns], 0 where there was no box
  ValueId count = kNoValue;    ///< i64 [rows, 1]
};
/// Errors: invalid_argument for shapes that do not fit, resource_exhausted for too many turns.
[[nodiscard]] Result<Selected> suppressed(Operation& op, const Suppression& from);

}  // namespace walle::import::tflite::rules
