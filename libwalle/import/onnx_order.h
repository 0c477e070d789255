#pragma once

#include <set>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "libwalle/base/result.h"
#include "libwalle/import/limits.h"

namespace walle::import {

/// Most bytes of a name.
inline constexpr size_t kMaxName = 4096;

/// The names that a graph (or its blocks) reads and does not make. Errors: resource_exhausted past kMaxDepth.
[[nodiscard]] Result<std::set<std::string>> free_names(const onnx::GraphProto& graph, int depth = 0);
/// Positions of the graph's nodes so that every value is made before it is read; otherwise in the order of the file.
/// Errors: invalid_argument for a value made twice or a cycle, naming the node.
[[nodiscard]] Result<std::vector<int>> topological_order(const onnx::GraphProto& graph, int depth);
/// "node 'NAME' (OP): message", for nodes that are not in a graph yet.
[[nodiscard]] tl::unexpected<Error> node_error(const onnx::NodeProto& node, ErrorCode code, std::string_view message);

}  // namespace walle::import
