#include <iostream>
#include <map>

#include "libwalle/base/parse.h"
#include "libwalle/graph/op.h"
#include "libwalle/import/onnx.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  std::string model;
  bool graph = false;
  bool json = false;
};

std::string port_text(const engine::Port& port) {
  if (port.kind != engine::ValueKind::tensor)
    return std::string(engine::name_of(port.kind)) + " of " + std::string(name_of(port.dtype));
  std::string text = std::string(name_of(port.dtype)) + "[";
  for (size_t i = 0; i < port.dims.size(); ++i) {
    const bool symbolic = port.dims[i] < 0;
    text +=
        (i == 0 ? "" : ",") + (symbolic ? (i < port.symbols.size() && !port.symbols[i].empty() ? port.symbols[i] : "?")
                                        : std::to_string(port.dims[i]));
  }
  return text + "]";
}

/// Elements of all float constants and of quantised weights, those of blocks too.
int64_t count_parameters(const graph::Graph& graph) {
  int64_t count = 0;
  for (const graph::Value& value : graph.values) {
    const bool parameter =
        value.constant && (is_float(value.constant->dtype()) || bits_of(value.constant->dtype()) <= 8);
    if (parameter && value.constant->dtype() != DType::boolean) count += value.constant->count();
  }
  for (const graph::Node& node : graph.nodes) {
    for (const auto& block : node.blocks) count += count_parameters(*block);
  }
  return count;
}

void count_operators(const graph::Graph& graph, std::map<std::string, int>& counts) {
  for (const graph::Node& node : graph.nodes) {
    ++counts[std::string(node.op->name)];
    for (const auto& block : node.blocks) count_operators(*block, counts);
  }
}

Value ports_json(const std::vector<engine::Port>& ports) {
  Value out = Value::array();
  for (const engine::Port& port : ports)
    out.push_back({{"name", port.name},
                   {"kind", engine::name_of(port.kind)},
                   {"dtype", name_of(port.dtype)},
                   {"dims", port.dims},
                   {"symbols", port.symbols}});
  return out;
}

Result<int> info(const Options& options) {
  const auto graph = WALLE_TRY(load_graph(options.model));
  if (options.graph) {
    std::cout << graph::to_text(graph);
    return 0;
  }
  const auto model = WALLE_TRY(load_model(options.model));
  std::map<std::string, int> counts;
  count_operators(graph, counts);
  const auto known = graph.metadata.find(import::kSourceKey);
  const std::string source = known == graph.metadata.end() ? "unknown" : known->second;
  if (options.json) {
    print_json({{"inputs", ports_json(model->inputs())},
                {"outputs", ports_json(model->outputs())},
                {"operators", counts},
                {"source", source},
                {"parameters", count_parameters(graph)},
                {"weight_bytes", model->weight_bytes()},
                {"metadata", model->metadata()}});
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {{"", "name", "type"}};
  for (const engine::Port& port : model->inputs()) rows.push_back({"input", port.name, port_text(port)});
  for (const engine::Port& port : model->outputs()) rows.push_back({"output", port.name, port_text(port)});
  std::cout << table(rows) << "\nsource " << source << "\nparameters " << count_parameters(graph) << ", weights "
            << format_bytes(model->weight_bytes()) << "\noperators";
  for (const auto& [op, count] : counts) std::cout << ' ' << op << " x" << count;
  std::cout << '\n';
  for (const auto& [key, value] : model->metadata()) {
    if (key == import::kSourceKey) continue;
    const bool words = key.starts_with("begins/");  // what a state begins with
    std::cout << "metadata " << key << ": " << (words ? value : format_bytes(static_cast<int64_t>(value.size())))
              << '\n';
  }
  return 0;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.model(options->model);
  line.flag("--graph", options->graph, "Print the graph, one node a line");
  line.json(options->json);
  return [options] { return info(*options); };
}

}  // namespace

extern const VerbDef kInfo;
const VerbDef kInfo = {"info", "Shows inputs, outputs, operators and metadata of a model",
                       "Examples:\n  walle-model info det.onnx\n  walle-model info det.onnx --graph > det.graph      "
                       "the graph as text, which all verbs read",
                       attach};

}  // namespace walle::workbench
