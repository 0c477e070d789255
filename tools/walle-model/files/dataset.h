#pragma once

#include <string>

#include <walle/engine/model.h>
#include <walle/engine/train.h>

namespace walle::workbench {

/// Samples of a model from files. `data`: an .npz file, a folder of .npy files, or one .npy file (a model with one
/// input). An input is the array of its name, or of the model's only input the array "x", or the only array beside the
/// labels. `labels`: the name of an array of `data` ("y" for ""), or a .npy file.
/// Errors: not_found naming the array that is missing and those that are there; what reading the files says.
[[nodiscard]] Result<engine::Dataset> load_dataset(const engine::Model& model, const std::string& data,
                                                   const std::string& labels);

/// Takes the last `share` (0 to 1) of the samples of a fixed random order away from `data`. Errors: invalid_argument if
/// one of the parts were empty.
[[nodiscard]] Result<engine::Dataset> split_dataset(engine::Dataset& data, double share, uint64_t seed);

}  // namespace walle::workbench
