#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "libwalle/base/result.h"
#include "libwalle/graph/graph.h"

namespace walle::import {

/// The key in Graph::metadata that says what a graph was read from: "ONNX, opset 17, by pytorch 2.1".
inline constexpr const char* kSourceKey = "walle.source";

/// Reads an ONNX model (opset 7 and newer) into a graph: nodes in the newest form of their operators, in topological
/// order, verified and inferred with symbolic dimensions; captures of blocks are explicit; local functions are
/// expanded. bytes:  a serialised ModelProto; hostile input is fine: time and memory are bounded by its size. folder:
/// where external data lies, "" for none. A location outside of it (also by symbolic link) is refused. Errors:
/// data_loss if the bytes are no ONNX model; invalid_argument for a wrong graph, unsupported for an operator,
///         type or opset this build does not know; all name the node and the operator.
/// Thread: re-entrant. Constants keep their own memory; `bytes` may go afterwards.
[[nodiscard]] Result<graph::Graph> load_onnx(std::span<const uint8_t> bytes, const std::string& folder);

}  // namespace walle::import
