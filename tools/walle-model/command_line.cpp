#include "tools/walle-model/command_line.h"

#include <CLI/CLI.hpp>

#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/values.h"

namespace walle::workbench {

Result<std::vector<engine::NamedValue>> ModelArguments::values(const engine::Model& loaded) const {
  return make_values(loaded, inputs, shapes, fill);
}

Result<engine::SessionOptions> SessionArguments::options() const {
  return engine::SessionOptions{
      .threads = threads, .precision = WALLE_TRY(parse_precision(precision)), .backend = backend};
}

void CommandLine::text(const char* name, std::string& value, const std::string& help) {
  verb_.add_option(name, value, help);
}

void CommandLine::required(const char* name, std::string& value, const std::string& help) {
  verb_.add_option(name, value, help)->required();
}

void CommandLine::texts(const char* name, std::vector<std::string>& values, const std::string& help) {
  verb_.add_option(name, values, help)->take_all();
}

void CommandLine::flag(const char* name, bool& value, const std::string& help) { verb_.add_flag(name, value, help); }

template <class T>
void CommandLine::number(const char* name, T& value, const std::string& help) {
  verb_.add_option(name, value, help);
}

template <class T>
void CommandLine::number(const char* name, T& value, const std::string& help, T low, T high) {
  verb_.add_option(name, value, help)->check(CLI::Range(low, high));
}

template void CommandLine::number(const char*, int64_t&, const std::string&);
template void CommandLine::number(const char*, uint64_t&, const std::string&);
template void CommandLine::number(const char*, double&, const std::string&);
template void CommandLine::number(const char*, int&, const std::string&, int, int);
template void CommandLine::number(const char*, double&, const std::string&, double, double);

void CommandLine::json(bool& value) { flag("--json", value, "One JSON document"); }

void CommandLine::model(std::string& value) { required("MODEL", value, "A .walle, .onnx or .tflite file"); }

void CommandLine::model(ModelArguments& value) {
  model(value.model);
  inputs(value);
}

void CommandLine::inputs(ModelArguments& value) {
  texts("--input", value.inputs, "An input: NAME=FILE.npy; a sequence: NAME=A.npy,B.npy");
  texts("--shape", value.shapes,
        std::string("An input of random values: NAME=1x3x224x224") +
            (value.fill ? " (symbolic dimensions are 1 otherwise)" : ""));
}

void CommandLine::threads(int& value) { number("--threads", value, "Threads (1)", 1, 64); }

void CommandLine::precision(std::string& value) { text("--precision", value, "strict, high or fast (strict)"); }

void CommandLine::backend(std::string& value) {
  text("--backend", value, "Only this backend, and ref where it refuses (all)");
}

void CommandLine::session(SessionArguments& value) {
  threads(value.threads);
  precision(value.precision);
  backend(value.backend);
}

}  // namespace walle::workbench
