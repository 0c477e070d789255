#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <walle/engine/any_value.h>
#include <walle/engine/model.h>
#include <walle/engine/tensor.h>

#include "kernels/abi/kernel.h"
#include "libwalle/base/value_fwd.h"

namespace walle::engine {

struct SessionOptions {
  int threads = 1;  ///< 1 to 64; the caller's thread is one of them
  Precision precision = Precision::strict;
  std::string backend;        ///< "": every backend that this machine offers; else this one (and ref where it refuses)
  bool fuse = true;           ///< false: no epilogues and no fused norms, for tests
  bool merge_rasters = true;  ///< false: every raster is materialised, for tests
  /// Most bytes that a plan may take (arena, workspace, outputs), and that a run in stages may hold in the values of
  /// one graph; more ends it with resource_exhausted before it is allocated.
  int64_t max_value_bytes = int64_t{4} << 30;
};

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

struct NamedValue {
  std::string name;
  AnyValue value;
};

struct RunOptions {
  int64_t deadline_us = 0;                    ///< CLOCK_BOOTTIME; 0: none. Checked between steps
  const std::atomic<bool>* cancel = nullptr;  ///< set it to true to stop the run between two steps
};

/// Runs a model. Plans are made for each set of input shapes and kept (the least used is dropped). Where a shape is
/// only known while the model runs (NonZero, NonMaxSuppression, loops whose values grow), the run goes in stages: what
/// can be planned is run, and the rest is planned for what came out; plans of stages are kept as well. Thread: one run
/// at a time; use several sessions for several threads, they share weights and packed weights.
class Session {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Session>> create(std::shared_ptr<const Model> model,
                                                               SessionOptions options = {});
  ~Session();

  /// Runs once. inputs: by name, any order, all that have no default; dense. Returns outputs in the model's order,
  /// whose bytes belong to the caller (they stay valid after the next run). Errors: invalid_argument that names the
  /// input and says expected and given dtype and shape; deadline_exceeded; cancelled; unsupported that names node and
  /// operator, and for an output that is no tensor.
  [[nodiscard]] Result<std::vector<Tensor>> run(std::span<const NamedTensor> inputs, const RunOptions& options = {});

  /// The same for models whose inputs or outputs may be sequences and optionals. An optional input may be left out.
  [[nodiscard]] Result<std::vector<AnyValue>> run_values(std::span<const NamedValue> inputs,
                                                         const RunOptions& options = {});

  /// Makes (or finds) the plan for these shapes without running, so that the first run is not slower than the others;
  /// of a run in stages the first stage's.
  [[nodiscard]] Status prepare(std::span<const NamedTensor> shapes);
  [[nodiscard]] Status prepare_values(std::span<const NamedValue> shapes);

  /// The plan for these inputs: for each step its source node, problem, chosen kernel with predicted and measured time,
  /// the losers with their costs and refusals; for each raster what became of it; memory. A model that runs in stages
  /// is run once; "stages" has these for each. Keys in docs/engine.md.
  [[nodiscard]] Result<Value> explain(std::span<const NamedTensor> inputs, bool measure);
  [[nodiscard]] Result<Value> explain_values(std::span<const NamedValue> inputs, bool measure);

  [[nodiscard]] const Model& model() const;

  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace walle::engine
