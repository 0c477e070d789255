#pragma once

#include <span>

#include "kernels/abi/kernel.h"

namespace walle::kernels {

/// All kernels of this build, sorted by family folder and file name. Lives as long as the program; re-entrant.
[[nodiscard]] std::span<const KernelDef* const> kernel_table();

}  // namespace walle::kernels
