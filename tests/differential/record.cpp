#include "tests/differential/record.h"

#include <onnx/onnx_pb.h>

#include "libwalle/import/onnx_tensor.h"

namespace walle::differential {
namespace {

/// A number of four bytes, little endian.
std::optional<uint32_t> read_number(std::istream& in) {
  unsigned char bytes[4];
  if (!in.read(reinterpret_cast<char*>(bytes), sizeof bytes)) return std::nullopt;
  const auto at = [&bytes](size_t i) { return uint32_t{bytes[i]}; };
  return at(0) | at(1) << 8U | at(2) << 16U | at(3) << 24U;
}

Result<std::string> read_bytes(std::istream& in) {
  const auto size = read_number(in);
  std::string bytes(size.value_or(0), '\0');
  if (!size || !in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    return fail(ErrorCode::data_loss, "the stream of graphs breaks off");
  return bytes;
}

Result<std::vector<engine::NamedTensor>> read_tensors(std::istream& in) {
  const auto count = read_number(in);
  if (!count) return fail(ErrorCode::data_loss, "the stream of graphs breaks off");
  std::vector<engine::NamedTensor> tensors;
  for (uint32_t i = 0; i < *count; ++i) {
    onnx::TensorProto proto;
    if (!proto.ParseFromString(WALLE_TRY(read_bytes(in)))) return fail(ErrorCode::data_loss, "this is no tensor");
    tensors.push_back({proto.name(), WALLE_TRY(import::TensorReader("").read(proto))});
  }
  return tensors;
}

}  // namespace

Result<std::optional<Record>> read_record(std::istream& in) {
  if (in.peek() == std::istream::traits_type::eof()) return std::optional<Record>();
  Record record;
  record.model = WALLE_TRY(read_bytes(in));
  record.inputs = WALLE_TRY(read_tensors(in));
  record.outputs = WALLE_TRY(read_tensors(in));
  for (auto& named : WALLE_TRY(read_tensors(in))) record.tolerances.push_back(std::move(named.tensor));
  if (record.tolerances.size() != record.outputs.size())
    return fail(ErrorCode::data_loss, "there is not one tolerance for each output");
  return std::optional(std::move(record));
}

}  // namespace walle::differential
