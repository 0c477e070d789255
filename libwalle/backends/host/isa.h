#pragma once

#include <string>

#include "kernels/abi/kernel.h"

namespace walle::backends {

/// True if this processor (and the system's kernel) can run code that needs `isa`.
[[nodiscard]] bool cpu_has(Isa isa);

/// Name of an instruction set as printed in refusals: "AVX-512 VNNI".
[[nodiscard]] std::string_view name_of(Isa isa);

/// The processor in words: its model and the widest instruction set that kernels use.
[[nodiscard]] std::string cpu_description();

}  // namespace walle::backends
