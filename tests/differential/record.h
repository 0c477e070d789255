#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

#include <walle/engine/session.h>

#include "libwalle/base/result.h"

namespace walle::differential {

/// One random graph as `case.py` writes it: a model, its inputs, and for each output what ONNX Runtime gave and how far
/// each element may be from it (an empty tolerance: nothing).
struct Record {
  std::string model;
  std::vector<engine::NamedTensor> inputs;
  std::vector<engine::NamedTensor> outputs;
  std::vector<engine::Tensor> tolerances;
};

/// The next record of a stream; nullopt at its end. Errors: data_loss if the stream breaks off or holds no tensor.
[[nodiscard]] Result<std::optional<Record>> read_record(std::istream& in);

}  // namespace walle::differential
