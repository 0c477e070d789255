#pragma once

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <walle/engine/session.h>

#include "tests/support/npy.h"

namespace walle::testing {

/// The arrays that a reference script saved as FOLDER/KIND_0_NAME.npy, FOLDER/KIND_1_NAME.npy …, in order.
inline std::vector<engine::NamedTensor> saved_tensors(const std::string& folder, const std::string& kind) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kind + "_")) files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  std::vector<engine::NamedTensor> result;
  for (const std::string& file : files) {
    const np::Array array = read_npy(folder + "/" + file);
    const std::vector<int64_t> dims(array.dims().begin(), array.dims().end());
    engine::Tensor tensor = engine::Tensor::empty(array.dtype(), dims).value();
    if (tensor.bytes() > 0) std::memcpy(tensor.mutable_data(), array.raw(), static_cast<size_t>(tensor.bytes()));
    result.push_back({file.substr(kind.size() + 3, file.size() - kind.size() - 7), std::move(tensor)});
  }
  return result;
}

}  // namespace walle::testing
