#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/abi/kernel.h"
#include "libwalle/base/result.h"

namespace walle::graph {

/// One way to solve a problem, offered by a backend.
struct Candidate {
  const KernelDef* kernel = nullptr;  ///< of the table, or of the backend's own (GPU) table
  Params params;
  Work work;
};

/// Receives what a backend can and cannot do for a problem. Refusals are kept for `explain`.
class CandidateSink {
 public:
  virtual ~CandidateSink() = default;
  virtual void offer(const Candidate& candidate) = 0;
  virtual void refuse(std::string_view kernel, Refusal refusal) = 0;
};

/// What a device reaches; measured once and kept as its profile (defaults until then).
struct DeviceInfo {
  std::string name;                ///< "cpu", "ref", "opencl:0"
  std::string description;         ///< "AMD EPYC …, AVX-512"
  double operations_per_us = 1e4;  ///< of one thread, f32 multiply-adds counted as 2
  double bytes_per_us = 1e4;
  double step_us = 0.5;  ///< dispatch of one step
};

/// Spreads tiles over threads. `work(range, worker)` is called with disjoint ranges that cover [0, tiles), worker in
/// [0, threads()). Ranges come from one counter; the caller works too and finishes alone if the others do not come.
class Parallel {
 public:
  virtual ~Parallel() = default;
  [[nodiscard]] virtual int threads() const = 0;
  virtual void run(int64_t tiles, const std::function<void(TileRange, int worker)>& work) = 0;
};

/// A step that is given to a backend: a problem and what was chosen for it.
struct Step {
  const Problem* problem = nullptr;  ///< outlives the program
  Candidate chosen;
  const void* packed = nullptr;  ///< the packed constant, or null
};

/// Steps compiled for one device. Thread: one run at a time.
class Program {
 public:
  virtual ~Program() = default;
  /// Workspace that `run` needs for `threads` threads, in bytes.
  [[nodiscard]] virtual size_t workspace_bytes(int threads) const = 0;
  /// Runs step `index`. Pointers to element 0 of each view, in this device's memory; workspace is 64-byte aligned.
  [[nodiscard]] virtual Status run(size_t index, std::span<const void* const> operands, std::span<void* const> results,
                                   void* workspace, Parallel& parallel) = 0;
};

/// The memory of a device.
class Memory {
 public:
  virtual ~Memory() = default;
  [[nodiscard]] virtual bool host_visible() const = 0;
  /// 64-byte aligned; null without memory. Freed by the deleter.
  [[nodiscard]] virtual std::shared_ptr<void> allocate(size_t bytes) = 0;
};

/// A way to run kernels: the CPU with our kernels, the reference, a GPU. Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual const DeviceInfo& device() const = 0;
  virtual void candidates(const Problem& problem, CandidateSink& sink) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<Program>> compile(std::span<const Step> steps) = 0;
  [[nodiscard]] virtual Memory& memory() = 0;
};

/// One folder libwalle/backends/<name>/ defines one `extern const BackendDef k<Name>`.
struct BackendDef {
  std::string_view name;
  int rank = 0;  ///< of equal costs the lower rank wins; ref is last
  /// The backend, or the reason why this machine does not offer it ("no Vulkan driver").
  Result<std::unique_ptr<Backend>> (*create)() = nullptr;
};

}  // namespace walle::graph
