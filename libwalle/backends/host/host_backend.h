#pragma once

#include <span>

#include "libwalle/graph/backend.h"

namespace walle::backends {

/// A backend whose memory is the host's and whose kernels are C++ functions of the table. `ref` and `cpu` are two
/// choices of kernels. Thread-safe.
class HostBackend final : public graph::Backend {
 public:
  /// Offers those kernels for which `offers` is true.
  HostBackend(graph::DeviceInfo device, bool (*offers)(const KernelDef&));

  [[nodiscard]] const graph::DeviceInfo& device() const override { return device_; }
  /// Each kernel's two best parameter sets at most; refusals with their reasons.
  void candidates(const Problem& problem, graph::CandidateSink& sink) override;
  [[nodiscard]] Result<std::unique_ptr<graph::Program>> compile(std::span<const graph::Step> steps) override;
  [[nodiscard]] graph::Memory& memory() override;

 private:
  graph::DeviceInfo device_;
  bool (*offers_)(const KernelDef&);
};

}  // namespace walle::backends
