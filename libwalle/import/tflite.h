#pragma once

#include <cstdint>
#include <span>

#include "libwalle/base/result.h"
#include "libwalle/graph/graph.h"

namespace walle::import {

/// True if the bytes begin like a TensorFlow Lite file ("TFL3").
[[nodiscard]] bool is_tflite(std::span<const uint8_t> bytes);

/// Reads a TensorFlow Lite model (schema version 3): subgraph 0 becomes the graph, others the blocks of WHILE and IF.
/// Inputs and outputs keep names, dtypes and layout (channels last) of the file. Quantised tensors stay integers;
/// operators with a formula stand between DequantizeLinear and QuantizeLinear. A variable tensor (the state of LSTM,
/// RNN, SVDF) or variable of a resource becomes an input of its name and an output NAME/next: who runs the model
/// carries the state.
/// bytes: of the whole file; hostile input is fine: time and memory are bounded by its size.
/// Errors: data_loss if the bytes are no such model or damaged; invalid_argument for a wrong graph; unsupported for an
///         operator, type or option that this build does not know; resource_exhausted beyond limits. All name the
///         operator by index, kind and result, or the tensor.
/// Thread: re-entrant. Constants keep their own memory; `bytes` may go afterwards.
[[nodiscard]] Result<graph::Graph> load_tflite(std::span<const uint8_t> bytes);

}  // namespace walle::import
