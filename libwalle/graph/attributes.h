#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <walle/engine/tensor.h>

#include "libwalle/base/result.h"

namespace walle::graph {

/// An attribute of a node, as in ONNX. Blocks are not attributes (Node::blocks).
using Attribute = std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>,
                               std::vector<std::string>, engine::Tensor>;
using Attributes = std::map<std::string, Attribute, std::less<>>;

/// Typed access. `fallback` is the operator's default. Errors: invalid_argument naming the attribute and its type.
[[nodiscard]] Result<int64_t> attribute_int(const Attributes& attributes, std::string_view name, int64_t fallback);
[[nodiscard]] Result<float> attribute_float(const Attributes& attributes, std::string_view name, float fallback);
[[nodiscard]] Result<std::string> attribute_string(const Attributes& attributes, std::string_view name,
                                                   std::string_view fallback);
[[nodiscard]] Result<std::vector<int64_t>> attribute_ints(const Attributes& attributes, std::string_view name,
                                                          std::vector<int64_t> fallback);
[[nodiscard]] Result<std::vector<float>> attribute_floats(const Attributes& attributes, std::string_view name,
                                                          std::vector<float> fallback);
[[nodiscard]] Result<std::vector<std::string>> attribute_strings(const Attributes& attributes, std::string_view name);
[[nodiscard]] bool has_attribute(const Attributes& attributes, std::string_view name);

}  // namespace walle::graph
