#include "libwalle/backends/host/host_backend.h"
#include "libwalle/backends/host/isa.h"

namespace walle::backends {
namespace {

bool offers(const KernelDef&) { return true; }

/// What one thread reaches in f32 until the device's profile is measured.
double default_operations_per_us() {
  if (cpu_has(Isa::avx512)) return 1e5;
  if (cpu_has(Isa::avx2)) return 5e4;
  return 1.2e4;
}

Result<std::unique_ptr<graph::Backend>> create() {
  return std::make_unique<HostBackend>(graph::DeviceInfo{.name = "cpu",
                                                         .description = cpu_description(),
                                                         .operations_per_us = default_operations_per_us(),
                                                         .bytes_per_us = 1e4,
                                                         .step_us = 0.5},
                                       offers);
}

}  // namespace

extern const graph::BackendDef kCpu;
const graph::BackendDef kCpu = {.name = "cpu", .rank = 10, .create = create};

}  // namespace walle::backends
