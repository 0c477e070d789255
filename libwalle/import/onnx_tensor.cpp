#include "libwalle/import/onnx_tensor.h"

#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "libwalle/ops/rules/types.h"

namespace walle::import {
namespace {

tl::unexpected<Error> wrong(const onnx::TensorProto& proto, ErrorCode code, const std::string& what) {
  return fail(code, "tensor '" + proto.name().substr(0, 256) + "': " + what);
}

/// The number of elements, checked step by step against overflow.
Result<int64_t> count_of(const onnx::TensorProto& proto) {
  int64_t count = 1;
  for (const int64_t dim : proto.dims()) {
    if (dim < 0 || dim > engine::kMaxElements)
      return wrong(proto, ErrorCode::invalid_argument, "dimension " + std::to_string(dim) + " is out of range");
    const bool overflows = __builtin_mul_overflow(count, dim, &count);
    if (overflows || count > engine::kMaxElements)
      return wrong(proto, ErrorCode::invalid_argument, "has too many elements");
  }
  if (proto.dims_size() > 64) return wrong(proto, ErrorCode::invalid_argument, "has more than 64 axes");
  return count;
}

template <class To, class Field>
void convert(const Field& field, engine::Tensor& tensor) {
  auto to = tensor.mutable_values<To>();
  for (size_t i = 0; i < to.size(); ++i) to[i] = static_cast<To>(field.Get(static_cast<int>(i)));
}

/// 16-bit floats stand in int32_data as bits.
template <class To>
void convert_bits(const onnx::TensorProto& proto, engine::Tensor& tensor) {
  auto to = tensor.mutable_values<To>();
  for (size_t i = 0; i < to.size(); ++i) to[i].bits = static_cast<uint16_t>(proto.int32_data(static_cast<int>(i)));
}

/// How many elements the typed field of this dtype holds (packed 4-bit: bytes).
int64_t typed_count(const onnx::TensorProto& proto, DType dtype) {
  switch (dtype) {
    case DType::f32:
      return proto.float_data_size();
    case DType::f64:
      return proto.double_data_size();
    case DType::i64:
      return proto.int64_data_size();
    case DType::u32:
    case DType::u64:
      return proto.uint64_data_size();
    default:
      return proto.int32_data_size();
  }
}

void read_typed(const onnx::TensorProto& proto, engine::Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::f32:
      return convert<float>(proto.float_data(), tensor);
    case DType::f64:
      return convert<double>(proto.double_data(), tensor);
    case DType::i64:
      return convert<int64_t>(proto.int64_data(), tensor);
    case DType::u32:
      return convert<uint32_t>(proto.uint64_data(), tensor);
    case DType::u64:
      return convert<uint64_t>(proto.uint64_data(), tensor);
    case DType::f16:
      return convert_bits<Half>(proto, tensor);
    case DType::bf16:
      return convert_bits<BFloat16>(proto, tensor);
    case DType::i8:
      return convert<int8_t>(proto.int32_data(), tensor);
    case DType::u8:
      return convert<uint8_t>(proto.int32_data(), tensor);
    case DType::i16:
      return convert<int16_t>(proto.int32_data(), tensor);
    case DType::u16:
      return convert<uint16_t>(proto.int32_data(), tensor);
    case DType::i32:
      return convert<int32_t>(proto.int32_data(), tensor);
    case DType::boolean:
      return convert<bool>(proto.int32_data(), tensor);
    default: {
      auto* bytes = static_cast<uint8_t*>(tensor.mutable_data());
      for (int i = 0; i < tensor.bytes(); ++i) bytes[i] = static_cast<uint8_t>(proto.int32_data(i));
      return;
    }
  }
}

/// Booleans are one byte, 0 or 1, whatever the file says.
void normalise(engine::Tensor& tensor) {
  if (tensor.dtype() != DType::boolean) return;
  auto* bytes = static_cast<uint8_t*>(tensor.mutable_data());
  for (int64_t i = 0; i < tensor.count(); ++i) bytes[i] = bytes[i] != 0 ? 1 : 0;
}

struct External {
  std::string location;
  uint64_t offset = 0;
};

Result<External> external_of(const onnx::TensorProto& proto) {
  External result;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") result.location = entry.value();
    if (entry.key() == "offset") {
      const std::string& text = entry.value();
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.offset);
      if (error != std::errc() || end != text.data() + text.size())
        return wrong(proto, ErrorCode::invalid_argument, "external data has a wrong offset");
    }
  }
  if (result.location.empty()) return wrong(proto, ErrorCode::invalid_argument, "external data has no location");
  return result;
}

/// The file's real path, which must lie inside the folder's real path.
Result<std::string> inside(const onnx::TensorProto& proto, const std::string& folder, const std::string& location) {
  std::error_code error;
  if (folder.empty()) return wrong(proto, ErrorCode::not_found, "its data is in file '" + location + "', not given");
  const auto root = std::filesystem::canonical(folder, error);
  const auto path = std::filesystem::canonical(std::filesystem::path(folder) / location, error);
  if (error) return wrong(proto, ErrorCode::not_found, "its data should be in file '" + location + "'");
  const auto relative = path.lexically_relative(root);
  const bool outside = relative.empty() || *relative.begin() == ".." || relative.is_absolute();
  if (std::filesystem::path(location).is_absolute() || outside)
    return wrong(proto, ErrorCode::permission_denied, "its data lies outside the model's folder");
  if (!std::filesystem::is_regular_file(path, error))
    return wrong(proto, ErrorCode::invalid_argument, "'" + location + "' is no file");
  return path.string();
}

}  // namespace

Result<engine::Tensor> TensorReader::read_external(const onnx::TensorProto& proto, engine::Tensor tensor) const {
  const External external = WALLE_TRY(external_of(proto));
  const std::string path = WALLE_TRY(inside(proto, folder_, external.location));
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(external.offset));
  file.read(static_cast<char*>(tensor.mutable_data()), tensor.bytes());
  if (!file || file.gcount() != tensor.bytes())
    return wrong(proto, ErrorCode::data_loss, "file '" + external.location + "' is too short");
  normalise(tensor);
  return tensor;
}

Result<engine::Tensor> TensorReader::read(const onnx::TensorProto& proto) const {
  const auto dtype = ops::rules::dtype_of_onnx(proto.data_type());
  if (!dtype) return wrong(proto, ErrorCode::unsupported, "has ONNX type " + std::to_string(proto.data_type()));
  if (proto.has_segment()) return wrong(proto, ErrorCode::unsupported, "is in segments");
  const int64_t count = WALLE_TRY(count_of(proto));
  const std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
  const bool external = proto.data_location() == onnx::TensorProto::EXTERNAL;
  const int64_t bytes = bytes_of(*dtype, count);
  const bool raw = proto.has_raw_data() && (proto.raw_data().size() > 0 || count == 0);
  const int64_t typed = typed_count(proto, *dtype);
  const int64_t wanted = bits_of(*dtype) < 8 ? bytes : count;
  if (!external && (raw ? static_cast<int64_t>(proto.raw_data().size()) != bytes : typed < wanted)) {
    return wrong(proto, ErrorCode::invalid_argument,
                 engine::describe(*dtype, dims) + " needs " + std::to_string(bytes) + " bytes of data and has others");
  }
  if (external) {  // the file's size bounds what is allocated
    const External where = WALLE_TRY(external_of(proto));
    std::error_code error;
    const std::string path = WALLE_TRY(inside(proto, folder_, where.location));
    const auto size = std::filesystem::file_size(path, error);
    if (error || where.offset > size || static_cast<uint64_t>(bytes) > size - where.offset)
      return wrong(proto, ErrorCode::data_loss, "file '" + where.location + "' is too short");
  }
  auto tensor = WALLE_TRY(engine::Tensor::empty(*dtype, dims));
  if (count == 0) return tensor;
  if (external) return read_external(proto, std::move(tensor));
  if (raw) {
    std::memcpy(tensor.mutable_data(), proto.raw_data().data(), static_cast<size_t>(bytes));
    normalise(tensor);
  } else {
    read_typed(proto, tensor);
  }
  return tensor;
}

}  // namespace walle::import
