#pragma once

#include <string>
#include <vector>

#include <walle/engine/session.h>

#include "libwalle/search/profile.h"

namespace walle::session {

struct TuneOptions {
  double seconds = 30;      ///< about how long it may take; what is left then keeps its predictions
  size_t candidates = 8;    ///< most candidates of a problem: those with the least predicted time
  double most_slower = 20;  ///< candidates that are predicted to take so many times the least are not tried
};

/// What tuning found for one problem of the model.
struct TunedProblem {
  std::string problem;      ///< in words
  int64_t steps = 0;        ///< of the plan that state it
  std::string predicted;    ///< the kernel that predictions alone choose
  double predicted_us = 0;  ///< what it was measured to take
  std::string chosen;       ///< the fastest
  double chosen_us = 0;
};

struct TuneReport {
  std::vector<TunedProblem> problems;  ///< by time, most first
  int64_t candidates = 0;              ///< that were measured
  int64_t left = 0;                    ///< problems that were not measured: no time, too large, or one candidate only
};

/// Measures on this device, with `options.threads` threads, what its backends reach and how long the candidates for a
/// model's problems take, and adds that to `profile` (whose measurements of equal problems are replaced; a profile of
/// another processor is emptied). Errors: those of planning; invalid_argument for inputs that do not fit.
[[nodiscard]] Result<TuneReport> tune(const engine::Model& model, std::span<const engine::NamedTensor> inputs,
                                      const engine::SessionOptions& options, const TuneOptions& how,
                                      search::Profile& profile);

}  // namespace walle::session
