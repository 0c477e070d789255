#include "libwalle/backends/host/host_backend.h"

namespace walle::backends {
namespace {

bool offers(const KernelDef& kernel) { return kernel.variant == "ref"; }

Result<std::unique_ptr<graph::Backend>> create() {
  return std::make_unique<HostBackend>(graph::DeviceInfo{.name = "ref",
                                                         .description = "reference kernels: complete and slow",
                                                         .operations_per_us = 1e3,
                                                         .bytes_per_us = 1e3,
                                                         .step_us = 0.5},
                                       offers);
}

}  // namespace

extern const graph::BackendDef kRef;
const graph::BackendDef kRef = {.name = "ref", .rank = 1000, .create = create};

}  // namespace walle::backends
