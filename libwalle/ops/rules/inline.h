#pragma once

#include <span>

#include "libwalle/ops/rules/define.h"

namespace walle::ops::rules {

/// Builds the nodes of a node's block once, reading `inputs` for the block's inputs; returns the block's outputs.
/// Errors: unsupported for a body with blocks of its own; those of the operators.
[[nodiscard]] Result<std::vector<ValueId>> inline_block(const NodeView& node, GraphBuilder& builder, size_t block,
                                                        std::span<const ValueId> inputs);

}  // namespace walle::ops::rules
