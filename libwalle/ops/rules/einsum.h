#pragma once

#include <string>
#include <vector>

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// One label for each axis. An ellipsis is written out: its axes get labels above 0x10000, the last axis the lowest.
struct Equation {
  std::vector<std::u32string> operands;
  std::u32string result;
};

/// The equation of an Einsum node whose operands' ranks are known; without "->" the result has, in alphabetical order,
/// the labels that stand once. Errors: invalid_argument for a wrong equation.
[[nodiscard]] Result<Equation> equation_of(const NodeView& node);

}  // namespace walle::ops::rules
