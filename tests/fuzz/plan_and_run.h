#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include <walle/engine/session.h>

#include "libwalle/base/clock.h"
#include "libwalle/base/value.h"
#include "libwalle/session/model.h"

namespace walle::fuzz {

/// Operations of a plan's steps and of its blocks'.
inline double operations(const Value& explained) {
  double sum = 0;
  if (explained.is_object() && explained.contains("operations")) sum += explained["operations"].get<double>();
  if (explained.is_structured()) {
    for (const Value& part : explained) sum += operations(part);
  }
  return sum;
}

/// Inputs for a model: symbolic dimensions are 2, large ones are cut, numbers are small and of both signs.
inline Result<std::vector<engine::NamedTensor>> inputs_of(const engine::Model& model) {
  constexpr int64_t kMost = 1 << 16;
  std::vector<engine::NamedTensor> inputs;
  for (const auto& port : model.inputs()) {
    if (port.kind != engine::ValueKind::tensor) return fail(ErrorCode::unsupported, "an input is no tensor");
    std::vector<int64_t> dims = port.dims;
    for (int64_t& d : dims) d = d < 0 ? 2 : std::min<int64_t>(d, 64);
    int64_t count = 1;
    for (const int64_t d : dims) count = std::min(count * d, kMost + 1);
    if (count > kMost) return fail(ErrorCode::resource_exhausted, "an input is too large");
    auto tensor = WALLE_TRY(engine::Tensor::zeros(port.dtype, dims));
    const auto bytes = std::span(static_cast<uint8_t*>(tensor.mutable_data()), static_cast<size_t>(tensor.bytes()));
    if (port.dtype == DType::f32) {
      for (int64_t i = 0; i < tensor.count(); ++i)
        tensor.mutable_values<float>()[static_cast<size_t>(i)] = static_cast<float>(i % 7 - 2) / 2;
    } else if (port.dtype == DType::i64) {
      for (int64_t i = 0; i < tensor.count(); ++i) tensor.mutable_values<int64_t>()[static_cast<size_t>(i)] = i % 5 - 1;
    } else if (port.dtype != DType::f64 && port.dtype != DType::f16 && port.dtype != DType::bf16) {
      for (size_t i = 0; i < bytes.size(); i += 4) bytes[i] = static_cast<uint8_t>(i / 4 % 3 == 1);
    }
    inputs.push_back({port.name, std::move(tensor)});
  }
  return inputs;
}

/// Plans a model for small inputs and runs it, within bounds; whatever it is, that ends with outputs or an error.
inline void plan_and_run(graph::Graph graph) {
  constexpr int64_t kMostBytes = 8 << 20;
  constexpr double kMostOperations = 2e7;
  constexpr int64_t kMostTimeUs = 300'000;
  if (graph.nodes.size() > 64) return;
  const auto model = session::model_from_graph(std::move(graph));
  if (!model) return;
  const auto session = engine::Session::create(*model, {.max_value_bytes = kMostBytes});
  const auto inputs = inputs_of(**model);
  if (!session || !inputs) return;
  const auto explained = (*session)->explain(*inputs, false);
  if (!explained || operations(*explained) > kMostOperations) return;
  (void)(*session)->run(*inputs, {.deadline_us = system_clock().monotonic_us() + kMostTimeUs});
}

}  // namespace walle::fuzz
