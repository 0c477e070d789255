#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::ctl {

class Context;

/// What the shell completes for an argument.
enum class Completes : uint8_t { nothing, file, folder, task };

/// An argument of a verb. `name` "--limit" is an option, "-f,--follow" one with a short form, "DIR" a positional.
struct ArgumentDef {
  std::string_view name;
  std::string_view value;  ///< what stands for its value in the help ("N", "FILE"); empty: a flag (options only)
  std::string_view help;   ///< one line; names the default
  bool required = false;
  bool many = false;  ///< may be given several times; a positional takes all that is left
  Completes completes = Completes::nothing;
};

/// The arguments of one call, by the name in their definition ("--limit" for "-n,--limit").
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view name) const;
  /// The (last) value, or `fallback`.
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback = "") const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// Errors: invalid_argument, naming the option, for anything but a whole number in [low, high].
  [[nodiscard]] Result<int64_t> integer(std::string_view name, int64_t fallback, int64_t low, int64_t high) const;
  /// "5s", "10m" → microseconds. Errors: invalid_argument naming the option.
  [[nodiscard]] Result<int64_t> duration_us(std::string_view name, int64_t fallback_us) const;
  void set(std::string name, std::vector<std::string> values) { values_[std::move(name)] = std::move(values); }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// One verb: `walle-ctl NOUN NAME` (noun empty: `walle-ctl NAME`). tools/walle-ctl/verbs/<noun>_<name>.cpp defines
/// `extern const VerbDef k<Noun><Name>;`, and that is all there is to adding one: help, table of verbs, man page and
/// completion follow.
struct VerbDef {
  std::string_view noun;
  std::string_view name;
  std::string_view summary;  ///< one line, starts with a capital, ends without a full stop
  std::string_view details;  ///< further lines of the help with examples; may be empty
  std::span<const ArgumentDef> arguments;
  /// The exit code: 0 done, 1 refused or failed though there is output (a test that failed). An error is printed to
  /// stderr as "walle-ctl: MESSAGE" and makes 1; one made by `usage_error` makes 2.
  Result<int> (*run)(Context& context, const Arguments& arguments);
};

/// An error in how the command was called; exit code 2.
[[nodiscard]] tl::unexpected<Error> usage_error(std::string message);
[[nodiscard]] bool is_usage_error(const Error& error);

/// All verbs, sorted by file name (generated).
[[nodiscard]] std::span<const VerbDef* const> verbs();

}  // namespace walle::ctl
