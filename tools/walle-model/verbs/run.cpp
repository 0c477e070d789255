#include <iostream>

#include "libwalle/base/file.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/files/values.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  ModelArguments source = {.fill = false};
  std::string output;
  SessionArguments session;
  bool unfused = false;
  bool materialise = false;
  bool json = false;
};

Result<int> run(const Options& options) {
  const auto model = WALLE_TRY(load_model(options.source.model));
  const auto inputs = WALLE_TRY(options.source.values(*model));
  auto how = WALLE_TRY(options.session.options());
  how.fuse = !options.unfused;
  how.merge_rasters = !options.materialise;
  const auto session = WALLE_TRY(engine::Session::create(model, how));
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

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.model(options->source);
  line.required("--output", options->output, "Folder for NAME.npy of each output");
  line.session(options->session);
  line.flag("--no-fusion", options->unfused, "Leave out fusion, to compare");
  line.flag("--materialise", options->materialise, "Run every raster by itself, to compare");
  line.json(options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const VerbDef kRun;
const VerbDef kRun = {"run", "Runs a model on .npy files and writes its outputs as .npy",
                      "Example: walle-model run det.onnx --input x=page.npy --output out", attach};

}  // namespace walle::workbench
