#pragma once

#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::workbench {

/// One epoch of a training run. A number that there is none of is NaN.
struct EpochRow {
  int64_t epoch = 0;
  double loss = 0, accuracy = 0;
  double validation_loss = 0, validation_accuracy = 0;
  double seconds = 0;
};

/// Writes the run as a table (.csv) or a picture (.svg: loss on the left, accuracy on the right), atomically.
/// Errors: invalid_argument for another ending.
[[nodiscard]] Status write_curve(const std::string& path, const std::string& title, const std::vector<EpochRow>& rows);

/// "12.3 %", or "-" for NaN.
[[nodiscard]] std::string percent(double share);

}  // namespace walle::workbench
