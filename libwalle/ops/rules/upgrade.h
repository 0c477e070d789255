#pragma once

#include "libwalle/ops/rules/define.h"

// Rewriting nodes of older opsets in place.
namespace walle::ops::rules {

/// The integer list attribute `name`, if there is one, becomes the i64 operand `position`.
void attribute_to_operand(Node& node, GraphBuilder& builder, std::string_view name, size_t position);
/// Before opset 13 Squeeze and Unsqueeze had their axes as an attribute.
[[nodiscard]] Status upgrade_axes(Node& node, int opset, GraphBuilder& builder);
/// Puts a value at an operand's position; operands before it that were not given become absent.
void set_operand(Node& node, size_t position, ValueId value);
/// Makes the node one of another operator. Errors: internal if this build lacks it.
[[nodiscard]] Status become(Node& node, GraphBuilder& builder, std::string_view op);

/// Before opset 7 binary operators broadcast only if asked to, operand 1 from `axis` on: it gets axes of size 1 behind.
/// Errors: unsupported where ranks are not known.
[[nodiscard]] Status upgrade_broadcast(Node& node, int opset, GraphBuilder& builder);

}  // namespace walle::ops::rules
