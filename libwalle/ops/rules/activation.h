#pragma once

#include "libwalle/ops/rules/recurrent.h"

namespace walle::ops::rules {

/// The activations of a recurrent node: names, alphas and betas of all directions, or `defaults` for each.
[[nodiscard]] Result<std::vector<Activation>> activations_of(const NodeView& node,
                                                             const std::vector<std::string>& defaults,
                                                             size_t directions);

}  // namespace walle::ops::rules
