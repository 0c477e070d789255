#pragma once

#include <cstddef>

#include "libwalle/graph/graph.h"

namespace walle::import {

/// Blocks inside one another, of any kind.
inline constexpr int kMaxDepth = 16;
/// Nodes of a model with all its blocks; bounds the time and memory of hostile files.
inline constexpr int kMaxNodes = 1 << 20;

/// True if the value has a shape, in numbers, that no tensor has.
[[nodiscard]] bool absurd(const graph::Value& value);

}  // namespace walle::import
