#pragma once

#include <string>
#include <vector>

#include <walle/engine/session.h>

namespace CLI {
class App;
}

namespace walle::workbench {

/// MODEL, --input and --shape.
struct ModelArguments {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> shapes;
  bool fill = true;  ///< inputs that are not given get random values, with symbolic dimensions as 1

  /// Of the model that was loaded. Errors: as make_values.
  [[nodiscard]] Result<std::vector<engine::NamedValue>> values(const engine::Model& loaded) const;
};

/// --threads, --precision and --backend.
struct SessionArguments {
  int threads = 1;
  std::string precision = "strict";
  std::string backend;

  /// Errors: invalid_argument for an unknown precision.
  [[nodiscard]] Result<engine::SessionOptions> options() const;
};

/// Declares what a verb takes on its command line; values land in the variables that are named here when it is parsed.
/// `help` ends with the default in parentheses where there is one. Only command_line.cpp reads CLI11's header: it costs
/// each file seconds.
class CommandLine {
 public:
  explicit CommandLine(CLI::App& verb) : verb_(verb) {}

  /// A name without dashes ("MODEL") is a positional.
  void text(const char* name, std::string& value, const std::string& help);
  void required(const char* name, std::string& value, const std::string& help);
  /// Many times, or many values at once.
  void texts(const char* name, std::vector<std::string>& values, const std::string& help);
  void flag(const char* name, bool& value, const std::string& help);
  /// T: int, int64_t, uint64_t or double.
  template <class T>
  void number(const char* name, T& value, const std::string& help);
  /// Within [low, high]; else a usage error.
  template <class T>
  void number(const char* name, T& value, const std::string& help, T low, T high);

  // What several verbs take.
  void json(bool& value);
  void model(std::string& value);
  void model(ModelArguments& value);
  void inputs(ModelArguments& value);
  void threads(int& value);
  void precision(std::string& value);
  void backend(std::string& value);
  void session(SessionArguments& value);

 private:
  CLI::App& verb_;
};

}  // namespace walle::workbench
