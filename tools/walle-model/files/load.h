#pragma once

#include <memory>
#include <string>
#include <vector>

#include <walle/engine/model.h>
#include <walle/engine/session.h>

#include "libwalle/graph/graph.h"

namespace walle::workbench {

/// The graph of a .walle, .onnx or .tflite file, by its contents, or of a .graph file: text, with its large weights in
/// the .walle or .onnx file of the same name. Errors name the file.
[[nodiscard]] Result<graph::Graph> load_graph(const std::string& path);

/// The model of a .walle file (mapped) or of an .onnx or .tflite file (converted in memory).
[[nodiscard]] Result<std::shared_ptr<const engine::Model>> load_model(const std::string& path);

/// Inputs from the command line: "NAME=X.npy" (inputs) and "NAME=1x3x224x224" (shapes: random values of the input's
/// dtype, reproducible). An input that is given neither way gets its symbolic dimensions as 1 if `fill` is set, else it
/// is an error that names it. A name of "" fits a model with one input. Sequences and optionals: files/values.h.
[[nodiscard]] Result<std::vector<engine::NamedTensor>> make_inputs(const engine::Model& model,
                                                                   const std::vector<std::string>& inputs,
                                                                   const std::vector<std::string>& shapes, bool fill);

/// "strict", "high" or "fast". Errors: invalid_argument naming them.
[[nodiscard]] Result<Precision> parse_precision(const std::string& text);

/// A value's name as a file name: characters outside [A-Za-z0-9._-] become "_".
[[nodiscard]] std::string file_name(const std::string& value);

}  // namespace walle::workbench
