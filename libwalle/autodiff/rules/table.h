#pragma once

#include "libwalle/autodiff/formula/reverse.h"

namespace walle::autodiff {

/// The reverse rule of one kernel family: rules/<family>.cpp defines `extern const RuleDef k<Family>`.
struct RuleDef {
  Family family{};
  /// The gradients of the operands, in order; kNoValue where there is none (an index, a part that is constant almost
  /// everywhere). Only those that `wants` need be made; each has its operand's dims and dtype.
  /// Errors: unsupported, made with `refuse`, for a form that has no gradient here.
  Result<std::vector<graph::ValueId>> (*reverse)(Reverse&) = nullptr;
};

/// All rules, sorted by file name (generated).
[[nodiscard]] std::span<const RuleDef* const> rules();

}  // namespace walle::autodiff
