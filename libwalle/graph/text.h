#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "libwalle/graph/op.h"

namespace walle::graph {

/// The contents of constants that the text leaves out ("..."), by name; nullopt: not known.
using ConstantSource = std::function<std::optional<engine::Tensor>(std::string_view name)>;

/// Reads what to_text wrote, before lowering: from_text(to_text(g)) writes the same text again. Known values and
/// metadata are not part of the text. The graph is verified. Errors: invalid_argument with the line's number;
/// unsupported for a lowered node; not_found for a constant that `constants` does not know.
[[nodiscard]] Result<Graph> from_text(std::string_view text, const OpTable& table,
                                      const ConstantSource& constants = {});

}  // namespace walle::graph
