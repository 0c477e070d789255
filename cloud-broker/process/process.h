#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::process {

struct Options {
  std::string folder;                    ///< working directory; empty: unchanged
  int64_t timeout_us = 600'000'000;      ///< killed with its process group after
  size_t output_bytes = 4U << 20;        ///< of each stream; more is read and dropped
  std::vector<std::string> environment;  ///< NAME=VALUE, on top of PATH, HOME, LANG and TMPDIR
};

struct Outcome {
  int exit_code = 0;  ///< 128 + signal if it was killed
  std::string output;
  std::string errors;
};

/// Runs a program to its end, without a shell, in its own process group, stdin empty, with a small environment.
/// Errors: not_found if it cannot be started, deadline_exceeded. A failing program is an Outcome, not an error.
[[nodiscard]] Result<Outcome> run(const std::vector<std::string>& command, const Options& options = {});

/// The last `limit` bytes of what a failed program said, on one line, for error messages.
[[nodiscard]] std::string tail(const Outcome& outcome, size_t limit = 400);

/// Path of a program that stands beside this executable, else its bare name (looked up in PATH).
[[nodiscard]] std::string beside_us(const std::string& name);

}  // namespace walle::process
