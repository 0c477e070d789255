#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>

#include "libwalle/session/model.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/compare.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/npy.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  ModelArguments a;
  std::string b;
  std::string backend_a = "ref";
  std::string backend_b;
  double tolerance = 1e-3;
  double floor = 1e-6;
  bool json = false;
};

using Values = std::vector<std::pair<std::string, engine::Tensor>>;

/// Values of a model file, or of a folder with NAME.npy files.
Result<std::map<std::string, engine::Tensor>> values_of(const std::string& source,
                                                        const std::vector<engine::NamedValue>& inputs,
                                                        const std::string& backend) {
  std::map<std::string, engine::Tensor> out;
  if (std::filesystem::is_directory(source)) {
    for (const auto& entry : std::filesystem::directory_iterator(source)) {
      if (entry.path().extension() == ".npy")
        out.emplace(entry.path().stem().string(), WALLE_TRY(read_npy(entry.path().string())));
    }
    return out;
  }
  for (auto& [name, tensor] :
       WALLE_TRY(session::run_all_values(WALLE_TRY(load_graph(source)), inputs, {.backend = backend})))
    out.emplace(file_name(name), std::move(tensor));
  return out;
}

Result<int> diff(const Options& options) {
  const auto model = WALLE_TRY(load_model(options.a.model));
  const auto inputs = WALLE_TRY(options.a.values(*model));
  const Values a = WALLE_TRY(
      session::run_all_values(WALLE_TRY(load_graph(options.a.model)), inputs, {.backend = options.backend_a}));
  const auto b = WALLE_TRY(values_of(options.b.empty() ? options.a.model : options.b, inputs, options.backend_b));
  Value list = Value::array();
  std::vector<std::vector<std::string>> rows = {{"difference", "type", "value"}};
  std::string first;
  for (const auto& [name, tensor] : a) {
    const auto it = b.find(file_name(name));
    if (it == b.end()) continue;
    const Difference found = difference(tensor, it->second);
    const bool fine = found.within(options.tolerance, options.floor);
    if (!fine && first.empty()) first = name;
    list.push_back({{"name", name},
                    {"difference", std::isfinite(found.relative) ? Value(found.relative) : Value("infinite")},
                    {"dims", tensor.dims()}});
    char text[32];
    std::snprintf(text, sizeof text, "%.1e%s", found.relative, fine ? "" : " !");
    rows.push_back({text, engine::describe(tensor.dtype(), tensor.dims()), name});
  }
  if (list.empty())
    return fail(ErrorCode::invalid_argument,
                "no value of " + options.a.model + " has a counterpart of its name in " + options.b);
  if (options.json) {
    print_json({{"values", list}, {"first", first.empty() ? Value() : Value(first)}, {"tolerance", options.tolerance}});
  } else {
    std::cout << table(rows) << '\n'
              << (first.empty() ? "no value differs by more than the tolerance\n"
                                : "first value that differs: " + first + "\n");
  }
  return first.empty() ? 0 : 1;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.required("A", options->a.model, "A .walle, .onnx or .tflite file");
  line.text("B", options->b,
            "The other: a file, or a folder of NAME.npy with another runtime's values (the same file)");
  line.inputs(options->a);
  line.text("--backend-a", options->backend_a, "Backend for A (ref)");
  line.text("--backend-b", options->backend_b, "Backend for B (all)");
  line.number("--tolerance", options->tolerance, "Largest relative difference that passes (1e-3)");
  line.number("--floor", options->floor, "Differences that pass whatever the values' size (1e-6)");
  line.json(options->json);
  return [options] { return diff(*options); };
}

}  // namespace

extern const VerbDef kDiff;
const VerbDef kDiff = {"diff", "Finds the first layer where two models, or two backends, differ",
                       "Examples:\n  walle-model diff det.onnx --shape x=1x3x320x320            ref against all "
                       "backends\n  walle-model diff det.onnx det.walle --input x=page.npy",
                       attach};

}  // namespace walle::workbench
