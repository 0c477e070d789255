#include "libwalle/import/tflite/rules/operation.h"

#include <algorithm>

#include "libwalle/import/tflite/rules/define.h"
#include "libwalle/ops/rules/constants.h"
#include "libwalle/ops/rules/numbers.h"

namespace walle::import::tflite {
namespace {

std::string quoted(const TensorInfo& info) { return "'" + info.name.substr(0, 256) + "'"; }

/// A scalar for one number, else a vector.
template <class T>
Result<ValueId> numbers(GraphBuilder& builder, DType dtype, const std::vector<T>& values) {
  const Ints dims = values.size() == 1 ? Ints{} : Ints{static_cast<int64_t>(values.size())};
  const std::vector<double> wide(values.begin(), values.end());
  return ops::rules::number_constant(builder, dtype, dims, wide);
}

bool zero_points(const Quantisation& quantisation) {
  return std::any_of(quantisation.zero.begin(), quantisation.zero.end(), [](int64_t zero) { return zero != 0; });
}

}  // namespace

size_t Operation::input_count() const { return source_.inputs() != nullptr ? source_.inputs()->size() : 0; }
size_t Operation::output_count() const { return source_.outputs() != nullptr ? source_.outputs()->size() : 0; }

bool Operation::has(size_t input) const {
  return input < input_count() && source_.inputs()->Get(static_cast<flatbuffers::uoffset_t>(input)) >= 0;
}

size_t Operation::input_tensor(size_t i) const {
  return static_cast<size_t>(source_.inputs()->Get(static_cast<flatbuffers::uoffset_t>(i)));
}

size_t Operation::output_tensor(size_t i) const {
  return static_cast<size_t>(source_.outputs()->Get(static_cast<flatbuffers::uoffset_t>(i)));
}

const TensorInfo& Operation::input(size_t i) const { return around_.info_of(input_tensor(i)); }

const TensorInfo& Operation::output(size_t i) const { return around_.info_of(output_tensor(i)); }

std::span<const uint8_t> Operation::custom_options() const {
  const auto* bytes = source_.custom_options();
  return bytes == nullptr ? std::span<const uint8_t>() : std::span(bytes->data(), bytes->size());
}

Result<ValueId> Operation::stored(size_t input) {
  if (!has(input)) return fail(ErrorCode::invalid_argument, "input " + std::to_string(input) + " is missing");
  return around_.value_of(input_tensor(input));
}

Result<ValueId> Operation::dequantise(ValueId stored, const TensorInfo& info, int64_t axis) {
  const Quantisation& from = info.quantisation;
  const ValueId scale = WALLE_TRY(numbers(builder_, DType::f32, from.scale));
  const DType dtype = *info.dtype;
  if (bits_of(dtype) > 32) {  // sums of 16-bit products: no zero point
    const ValueId x = WALLE_TRY(make::cast(builder_, stored, DType::f32));
    return builder_.one("Mul", {x, scale});
  }
  std::vector<ValueId> operands = {stored, scale};
  if (zero_points(from)) operands.push_back(WALLE_TRY(numbers(builder_, dtype, from.zero)));
  return builder_.one("DequantizeLinear", std::move(operands), {{"axis", axis}});
}

Result<ValueId> Operation::real(ValueId stored, const TensorInfo& info) {
  if (!info.quantised()) return stored;
  return dequantise(stored, info, info.quantisation.axis);
}

Result<ValueId> Operation::real(size_t i, const Ints& perm) {
  ValueId x = WALLE_TRY(stored(i));
  const TensorInfo& info = input(i);
  int64_t axis = info.quantisation.axis;
  if (!perm.empty()) {
    x = WALLE_TRY(make::transpose(builder_, x, perm));
    axis = std::find(perm.begin(), perm.end(), axis) - perm.begin();
  }
  if (builder_.value(x).dtype == DType::f16) return make::cast(builder_, x, DType::f32);
  return info.quantised() ? dequantise(x, info, axis) : x;
}

Result<ValueId> Operation::quantise(ValueId real, const TensorInfo& info) {
  const auto from = builder_.value(real).dtype;
  if (!info.quantised() || !from || !is_float(*from)) return real;
  const Quantisation& to = info.quantisation;
  if (bits_of(*info.dtype) > 16 || std::any_of(to.scale.begin(), to.scale.end(), [](float s) { return s == 0; }))
    return fail(ErrorCode::unsupported, "tensor " + quoted(info) + " is quantised to " +
                                            std::string(name_of(*info.dtype)) + " or with a scale of 0");
  const ValueId scale = WALLE_TRY(numbers(builder_, DType::f32, to.scale));
  const ValueId zero = WALLE_TRY(numbers(builder_, *info.dtype, to.zero));
  return builder_.one("QuantizeLinear", {real, scale, zero}, {{"axis", to.axis}});
}

Result<ValueId> Operation::store(size_t i, ValueId real) { return quantise(real, output(i)); }

Status Operation::set_state(size_t i, ValueId next) {
  if (!has(i) || !input(i).variable) return {};
  next = WALLE_TRY(builder_.one("Identity", {WALLE_TRY(quantise(next, input(i)))}));
  return around_.set_state(input_tensor(i), next);
}

Result<ValueId> Operation::index(size_t input) { return make::cast(builder_, WALLE_TRY(stored(input)), DType::i64); }

Result<Ints> Operation::ints(size_t i) {
  const graph::Value& value = builder_.value(WALLE_TRY(stored(i)));
  Ints result;
  if (value.constant && is_integer(value.constant->dtype()) && bits_of(value.constant->dtype()) >= 8) {
    for (int64_t e = 0; e < value.constant->count(); ++e)
      result.push_back(static_cast<int64_t>(ops::rules::element(*value.constant, e)));
    return result;
  }
  const auto depends = [&] {
    return fail(ErrorCode::unsupported, "input " + std::to_string(i) + " " + quoted(input(i)) +
                                            " is not known while importing; it has to be a constant");
  };
  if (!value.known) return depends();
  for (const graph::Dim& dim : *value.known) {
    if (!dim.known()) return depends();
    result.push_back(dim.value());
  }
  return result;
}

Result<int64_t> Operation::integer(size_t input) {
  const Ints values = WALLE_TRY(ints(input));
  if (values.size() == 1) return values[0];
  return fail(ErrorCode::invalid_argument, "input " + std::to_string(input) + " is not a single number");
}

Result<std::vector<float>> Operation::floats(size_t i) {
  const graph::Value& value = builder_.value(WALLE_TRY(stored(i)));
  if (!value.constant || value.constant->dtype() != DType::f32)
    return fail(ErrorCode::unsupported,
                "input " + std::to_string(i) + " " + quoted(input(i)) + " has to be a constant of floats");
  const auto values = value.constant->values<float>();
  return std::vector<float>(values.begin(), values.end());
}

Result<Ints> Operation::dims(ValueId value) const {
  const auto& shape = builder_.value(value).shape;
  if (!shape) return fail(ErrorCode::unsupported, "the rank of '" + builder_.value(value).name + "' depends on data");
  Ints result;
  for (const graph::Dim& dim : *shape) result.push_back(dim.known() ? dim.value() : -1);
  return result;
}

Result<size_t> Operation::rank(ValueId value) const { return WALLE_TRY(dims(value)).size(); }

Result<Ints> Operation::known_dims(ValueId value) const {
  Ints result = WALLE_TRY(dims(value));
  if (std::find(result.begin(), result.end(), -1) == result.end()) return result;
  return fail(ErrorCode::unsupported, "the size of '" + builder_.value(value).name + "' is not known while importing");
}

Result<int64_t> Operation::axis(int64_t axis, size_t rank) const {
  const auto n = static_cast<int64_t>(rank);
  if (axis >= -n && axis < n) return axis < 0 ? axis + n : axis;
  return fail(ErrorCode::invalid_argument, "axis " + std::to_string(axis) + " is outside of [-" + std::to_string(n) +
                                               ", " + std::to_string(n) + ")");
}

}  // namespace walle::import::tflite
