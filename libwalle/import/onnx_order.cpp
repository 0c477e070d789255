#include "libwalle/import/onnx_order.h"

#include <functional>
#include <queue>
#include <unordered_map>

namespace walle::import {
namespace {

/// Everything that a node reads: its operands and what its blocks take from outside.
Result<std::set<std::string>> read_names(const onnx::NodeProto& node, int depth) {
  std::set<std::string> names(node.input().begin(), node.input().end());
  for (const auto& attribute : node.attribute()) {
    if (!attribute.has_g()) continue;
    names.merge(WALLE_TRY(free_names(attribute.g(), depth + 1)));
  }
  names.erase("");
  return names;
}

/// Which node makes each name.
Result<std::unordered_map<std::string, int>> makers(const onnx::GraphProto& graph) {
  std::unordered_map<std::string, int> result;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& name : graph.node(i).output()) {
      if (name.empty()) continue;
      if (!result.emplace(name, i).second)
        return node_error(graph.node(i), ErrorCode::invalid_argument, "makes '" + name + "', which is made already");
    }
  }
  return result;
}

}  // namespace

tl::unexpected<Error> node_error(const onnx::NodeProto& node, ErrorCode code, std::string_view message) {
  const std::string name = node.name().empty() && node.output_size() > 0 ? node.output(0) : node.name();
  return fail(code, "node '" + name.substr(0, kMaxName) + "' (" + node.op_type().substr(0, kMaxName) +
                        "): " + std::string(message));
}

Result<std::set<std::string>> free_names(const onnx::GraphProto& graph, int depth) {
  if (depth > kMaxDepth)
    return fail(ErrorCode::resource_exhausted, "blocks are nested deeper than " + std::to_string(kMaxDepth));
  std::set<std::string> names;
  for (const auto& node : graph.node()) names.merge(WALLE_TRY(read_names(node, depth)));
  for (const auto& output : graph.output()) names.insert(output.name());
  for (const auto& node : graph.node()) {
    for (const std::string& name : node.output()) names.erase(name);
  }
  for (const auto& input : graph.input()) names.erase(input.name());
  for (const auto& tensor : graph.initializer()) names.erase(tensor.name());
  names.erase("");
  return names;
}

Result<std::vector<int>> topological_order(const onnx::GraphProto& graph, int depth) {
  const auto made_by = WALLE_TRY(makers(graph));
  const auto count = static_cast<size_t>(graph.node_size());
  std::vector<int> waiting(count, 0);
  std::vector<std::vector<int>> readers(count);
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& name : WALLE_TRY(read_names(graph.node(i), depth))) {
      const auto maker = made_by.find(name);
      if (maker == made_by.end()) continue;
      readers[static_cast<size_t>(maker->second)].push_back(i);
      ++waiting[static_cast<size_t>(i)];
    }
  }
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (waiting[static_cast<size_t>(i)] == 0) ready.push(i);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int next = ready.top();
    ready.pop();
    order.push_back(next);
    for (const int reader : readers[static_cast<size_t>(next)]) {
      if (--waiting[static_cast<size_t>(reader)] == 0) ready.push(reader);
    }
  }
  if (order.size() == count) return order;
  for (size_t i = 0; i < count; ++i) {
    if (waiting[i] > 0)
      return node_error(graph.node(static_cast<int>(i)), ErrorCode::invalid_argument, "is part of or behind a cycle");
  }
  return order;
}

}  // namespace walle::import
