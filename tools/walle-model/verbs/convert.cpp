#include <iostream>

#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"
#include "libwalle/model/format.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  std::string input;
  std::string output;
  bool json = false;
};

Result<int> convert(const Options& options) {
  const auto graph = WALLE_TRY(load_graph(options.input));
  const auto bytes = WALLE_TRY(model::write_model(graph));
  WALLE_TRY(write_file_atomically(options.output, bytes));
  if (options.json) {
    print_json({{"output", options.output}, {"bytes", bytes.size()}, {"nodes", graph.nodes.size()}});
  } else {
    std::cout << options.output << ": " << graph.nodes.size() << " nodes, "
              << format_bytes(static_cast<int64_t>(bytes.size())) << '\n';
  }
  return 0;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.required("MODEL", options->input, "The .onnx or .tflite file (or a .walle file, to write it anew)");
  line.required("-o,--output", options->output, "The .walle file to write");
  line.json(options->json);
  return [options] { return convert(*options); };
}

}  // namespace

extern const VerbDef kConvert;
const VerbDef kConvert = {"convert", "Writes a model as a .walle file",
                          "Example: walle-model convert det.onnx -o det.walle", attach};

}  // namespace walle::workbench
