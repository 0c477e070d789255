#pragma once

#include <memory>

#include "libwalle/import/tflite/rules/define.h"

namespace walle::import::tflite::rules {

/// What a node with blocks is made of.
struct ControlNode {
  std::string op;
  std::vector<ValueId> operands;
  Attributes attributes;
  std::vector<std::unique_ptr<graph::Graph>> blocks;
  size_t results = 0;
};
/// Appends it; returns its results. Errors: those of its inference.
[[nodiscard]] Translated control(Operation& op, ControlNode node);
/// An input of a block with the dtype and shape of a value outside.
[[nodiscard]] graph::Value like(const GraphBuilder& builder, ValueId value, const std::string& name);
/// An empty block that shares the symbols of the graph around it.
[[nodiscard]] std::unique_ptr<graph::Graph> empty_block(GraphBuilder& builder);

}  // namespace walle::import::tflite::rules
