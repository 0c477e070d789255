#include <CLI/CLI.hpp>
#include <iostream>

#include "libwalle/base/file.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/files/values.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> shapes;
  std::string output;
  int threads = 1;
  std::string precision = "strict";
  std::string backend;
  bool unfused = false;
  bool materialise = false;
  bool json = false;
};

Result<int> run(const Options& options) {
  const auto model = WALLE_TRY(load_model(options.model));
  const auto inputs = WALLE_TRY(make_values(*model, options.inputs, options.shapes, false));
  const auto precision = WALLE_TRY(parse_precision(options.precision));
  const auto session = WALLE_TRY(engine::Session::create(model, {.threads = options.threads,
                                                                 .precision = precision,
                                                                 .backend = options.backend,
                                                                 .fuse = !options.unfused,
                                                                 .merge_rasters = !options.materialise}));
  const auto outputs = WALLE_TRY(session->run_values(inputs));
  WALLE_TRY(make_folders(options.output));
  Value report = Value::array();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = model->outputs()[i].name;
    const engine::AnyValue& value = outputs[i];
    const auto files = WALLE_TRY(write_value(options.output + "/" + file_name(name), value));
    Value entry = {{"name", name}, {"value", engine::describe(value)}, {"files", files}};
    if (value.is_tensor())
      entry.update({{"file", files[0]}, {"dtype", name_of(value.dtype())}, {"dims", value.tensor().dims()}});
    report.push_back(std::move(entry));
    if (!options.json) std::cout << (value.is_tensor() ? files[0] : name) << ": " << engine::describe(value) << '\n';
  }
  if (options.json) print_json({{"outputs", report}});
  return 0;
}

Command attach(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "A .walle, .onnx or .tflite file")->required();
  app.add_option("--input", options->inputs, "An input: NAME=FILE.npy; a sequence: NAME=A.npy,B.npy")->take_all();
  app.add_option("--shape", options->shapes, "An input of random values: NAME=1x3x224x224")->take_all();
  app.add_option("--output", options->output, "Folder for NAME.npy of each output")->required();
  app.add_option("--threads", options->threads, "Threads (1)")->check(CLI::Range(1, 64));
  app.add_option("--precision", options->precision, "strict, high or fast (strict)");
  app.add_option("--backend", options->backend, "Only this backend, and ref where it refuses (all)");
  app.add_flag("--no-fusion", options->unfused, "Leave out fusion, to compare");
  app.add_flag("--materialise", options->materialise, "Run every raster by itself, to compare");
  app.add_flag("--json", options->json, "One JSON document");
  return [options] { return run(*options); };
}

}  // namespace

extern const VerbDef kRun;
const VerbDef kRun = {"run", "Runs a model on .npy files and writes its outputs as .npy",
                      "Example: walle-model run det.onnx --input x=page.npy --output out", attach};

}  // namespace walle::workbench
