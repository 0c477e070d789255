#pragma once

#include <map>
#include <string>

#include <walle/engine/tensor.h>

namespace walle::workbench {

/// The arrays of a NumPy .npz file (a zip archive of .npy files, stored or deflated) by name without ".npy".
/// At most 4 GiB in all. Errors: data_loss if it is damaged, unsupported for other compression; naming file and array.
[[nodiscard]] Result<std::map<std::string, engine::Tensor>> read_npz(const std::string& path);

}  // namespace walle::workbench
