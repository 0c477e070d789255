#include "tools/walle-model/files/values.h"

#include <algorithm>

#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/npy.h"

namespace walle::workbench {
namespace {

using engine::AnyValue;
using engine::ValueKind;

Result<AnyValue> read_sequence(DType dtype, const std::string& files) {
  std::vector<engine::Tensor> elements;
  for (size_t at = 0; at < files.size();) {
    const size_t end = std::min(files.find(',', at), files.size());
    elements.push_back(WALLE_TRY(read_npy(files.substr(at, end - at))));
    at = end + 1;
  }
  return AnyValue::sequence(dtype, std::move(elements));
}

/// The sequence port that the text "NAME=…" is meant for, or null.
const engine::Port* sequence_port(const engine::Model& model, const std::string& text) {
  const std::string name = text.substr(0, text.find('='));
  const auto found = std::find_if(model.inputs().begin(), model.inputs().end(), [&](const engine::Port& port) {
    const bool sequence = port.kind == ValueKind::sequence || port.kind == ValueKind::optional_sequence;
    return sequence && port.name == name;
  });
  return found == model.inputs().end() ? nullptr : &*found;
}

}  // namespace

Result<std::vector<engine::NamedValue>> make_values(const engine::Model& model, const std::vector<std::string>& inputs,
                                                    const std::vector<std::string>& shapes, bool fill) {
  std::vector<engine::NamedValue> out;
  std::vector<std::string> tensors;
  for (const std::string& text : inputs) {
    const engine::Port* port = sequence_port(model, text);
    if (port == nullptr) {
      tensors.push_back(text);
      continue;
    }
    const size_t at = text.find('=');
    const std::string files = at == std::string::npos ? "" : text.substr(at + 1);
    auto sequence = WALLE_TRY(read_sequence(port->dtype, files));
    out.push_back({port->name, std::move(sequence)});
  }
  for (const engine::NamedTensor& tensor : WALLE_TRY(make_inputs(model, tensors, shapes, fill)))
    out.push_back({tensor.name, tensor.tensor});
  return out;
}

Result<std::vector<std::string>> write_value(const std::string& prefix, const AnyValue& value) {
  std::vector<std::string> files;
  if (value.is_tensor()) {
    files.push_back(prefix + ".npy");
    WALLE_TRY(write_npy(files.back(), value.tensor()));
  } else if (value.is_sequence()) {
    for (const engine::Tensor& element : value.elements()) {
      files.push_back(prefix + "." + std::to_string(files.size()) + ".npy");
      WALLE_TRY(write_npy(files.back(), element));
    }
  }
  return files;
}

}  // namespace walle::workbench
