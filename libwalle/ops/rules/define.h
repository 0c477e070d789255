#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libwalle/graph/op.h"

// The names that the files of libwalle/ops use all the time.
namespace walle::ops {

using graph::Attributes;
using graph::CoreForm;
using graph::Dim;
using graph::GraphBuilder;
using graph::InferContext;
using graph::kNoValue;
using graph::Node;
using graph::NodeView;
using graph::OpClass;
using graph::OpDef;
using graph::Shape;
using graph::ValueId;

/// What `decompose` returns: the values that take the place of the node's results, or nullopt for "is canonical".
using Replacement = Result<std::optional<std::vector<ValueId>>>;
using Ints = std::vector<int64_t>;

namespace rules {

/// The node's one result becomes this value.
[[nodiscard]] inline Replacement replaced(Result<ValueId> value) {
  if (!value) return fail(value.error());
  return std::optional(std::vector{*value});
}
/// The node is canonical already.
[[nodiscard]] inline Replacement canonical() { return std::optional<std::vector<ValueId>>(); }
/// An axis attribute as a number in [0, rank).
[[nodiscard]] inline Result<int64_t> attribute_axis(const NodeView& node, int64_t fallback, int64_t rank) {
  return node.axis(WALLE_TRY(node.attribute_int("axis", fallback)), rank);
}

}  // namespace rules

}  // namespace walle::ops
