#pragma once

#include <Python.h>
#include <walle/engine/session.h>

#include <memory>
#include <string>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/lib/np/array.h"

namespace walle::package {

/// A loaded model of a task: one session, on this interpreter's thread.
struct NnModel {
  std::string name;
  std::shared_ptr<const engine::Model> model;
  std::unique_ptr<engine::Session> session;
};

/// Loads the task's model of this name. `threads` ≤ 0: as many as the host may use.
/// Errors: not_found naming the models there are; the engine's own.
[[nodiscard]] Result<NnModel> load_model(const std::string& name, int threads, Precision precision);

/// Runs it: arrays by input name, outputs in the model's order, charged to the task. An array whose dtype is of the
/// same kind as the input's is converted. Errors: invalid_argument naming the input; the engine's own.
/// With the GIL; it is released while the engine works.
[[nodiscard]] Result<std::vector<np::Array>> run_model(NnModel& model,
                                                       std::vector<std::pair<std::string, np::Array>> inputs);

}  // namespace walle::package
