#pragma once

#include <string>
#include <vector>

#include <walle/engine/session.h>

namespace walle::workbench {

/// Inputs of all kinds: as make_inputs for tensors; a sequence is "NAME=A.npy,B.npy" ("NAME=" is an empty one); an
/// optional takes what its element takes, or is left out. Errors: as make_inputs.
[[nodiscard]] Result<std::vector<engine::NamedValue>> make_values(const engine::Model& model,
                                                                  const std::vector<std::string>& inputs,
                                                                  const std::vector<std::string>& shapes, bool fill);

/// A value's files: PREFIX.npy of a tensor, PREFIX.0.npy, PREFIX.1.npy … of a sequence, none of nothing.
[[nodiscard]] Result<std::vector<std::string>> write_value(const std::string& prefix, const engine::AnyValue& value);

}  // namespace walle::workbench
