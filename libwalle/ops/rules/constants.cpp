#include "libwalle/ops/rules/constants.h"

#include "kernels/abi/small_float.h"

namespace walle::ops::rules {
namespace {

template <class T>
Result<engine::Tensor> vector_of(const std::vector<T>& values) {
  const auto size = static_cast<int64_t>(values.size());
  return engine::Tensor::of<T>(std::span(&size, 1), values);
}

template <class T>
double at(const engine::Tensor& tensor, int64_t index) {
  return static_cast<double>(tensor.values<T>()[static_cast<size_t>(index)]);
}

}  // namespace

Result<const engine::Tensor*> attribute_tensor(const NodeView& node, std::string_view name) {
  const auto it = node.node().attributes.find(name);
  if (it == node.node().attributes.end()) return nullptr;
  const auto* tensor = std::get_if<engine::Tensor>(&it->second);
  if (tensor == nullptr)
    return node.fail(ErrorCode::invalid_argument, "attribute '" + std::string(name) + "' must be a tensor");
  return tensor;
}

Result<engine::Tensor> constant_tensor(const NodeView& node) {
  if (const auto* tensor = WALLE_TRY(attribute_tensor(node, "value"))) return *tensor;
  if (node.has_attribute("value_float"))
    return engine::Tensor::scalar(WALLE_TRY(node.attribute_float("value_float", 0)));
  if (node.has_attribute("value_int")) return engine::Tensor::scalar(WALLE_TRY(node.attribute_int("value_int", 0)));
  if (node.has_attribute("value_ints")) return vector_of(WALLE_TRY(node.attribute_ints("value_ints", {})));
  if (node.has_attribute("value_floats"))
    return vector_of(WALLE_TRY(graph::attribute_floats(node.node().attributes, "value_floats", {})));
  return node.fail(ErrorCode::unsupported, "needs a value of numbers; strings and sparse tensors are not supported");
}

double element(const engine::Tensor& tensor, int64_t index) {
  switch (tensor.dtype()) {
    case DType::f32:
      return at<float>(tensor, index);
    case DType::f64:
      return at<double>(tensor, index);
    case DType::f16:
      return static_cast<double>(to_float(tensor.values<Half>()[static_cast<size_t>(index)]));
    case DType::bf16:
      return static_cast<double>(to_float(tensor.values<BFloat16>()[static_cast<size_t>(index)]));
    case DType::i8:
      return at<int8_t>(tensor, index);
    case DType::u8:
      return at<uint8_t>(tensor, index);
    case DType::i16:
      return at<int16_t>(tensor, index);
    case DType::u16:
      return at<uint16_t>(tensor, index);
    case DType::i32:
      return at<int32_t>(tensor, index);
    case DType::u32:
      return at<uint32_t>(tensor, index);
    case DType::i64:
      return at<int64_t>(tensor, index);
    case DType::u64:
      return at<uint64_t>(tensor, index);
    case DType::boolean:
      return at<uint8_t>(tensor, index);
    default:
      return carried_at(tensor.dtype(), tensor.data(), index);
  }
}

Result<std::vector<double>> constant_numbers(const NodeView& node, size_t operand) {
  const engine::Tensor* tensor = node.constant(operand);
  if (tensor == nullptr) {
    const Ints known = WALLE_TRY(node.ints(operand));
    return std::vector<double>(known.begin(), known.end());
  }
  std::vector<double> result;
  for (int64_t i = 0; i < tensor->count(); ++i) result.push_back(element(*tensor, i));
  return result;
}

}  // namespace walle::ops::rules
