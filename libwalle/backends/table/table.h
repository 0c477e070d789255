#pragma once

#include <span>

#include "libwalle/graph/backend.h"

namespace walle::backends {

/// All backends of this build, sorted by name. Whether the machine offers one, its `create` says.
[[nodiscard]] std::span<const graph::BackendDef* const> backend_table();

}  // namespace walle::backends
