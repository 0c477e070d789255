#include "tools/walle-model/files/npy.h"

#include <array>
#include <charconv>
#include <cstring>

#include "libwalle/base/file.h"

namespace walle::workbench {
namespace {

struct Kind {
  std::string_view descr;
  DType dtype;
};
constexpr std::array<Kind, 12> kKinds = {{{"<f4", DType::f32},
                                          {"<f2", DType::f16},
                                          {"<f8", DType::f64},
                                          {"|i1", DType::i8},
                                          {"|u1", DType::u8},
                                          {"<i2", DType::i16},
                                          {"<u2", DType::u16},
                                          {"<i4", DType::i32},
                                          {"<u4", DType::u32},
                                          {"<i8", DType::i64},
                                          {"<u8", DType::u64},
                                          {"|b1", DType::boolean}}};
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 64U << 10;

/// The text after "'key': " in the header's dictionary; empty if it is not there.
std::string_view after(std::string_view header, std::string_view key) {
  const std::string quoted = "'" + std::string(key) + "':";
  const size_t at = header.find(quoted);
  if (at == std::string_view::npos) return {};
  header = header.substr(at + quoted.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

Result<std::vector<int64_t>> parse_shape(std::string_view text) {
  std::vector<int64_t> dims;
  if (!text.starts_with("(")) return fail(ErrorCode::data_loss, "the shape is malformed");
  text.remove_prefix(1);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    if (text.starts_with(")")) return dims;
    int64_t dim = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), dim);
    if (error != std::errc{} || dims.size() >= 32) return fail(ErrorCode::data_loss, "the shape is malformed");
    dims.push_back(dim);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
  }
}

}  // namespace

Result<engine::Tensor> parse_npy(std::span<const uint8_t> bytes) {
  if (bytes.size() < 10 || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    return fail(ErrorCode::data_loss, "not a .npy file");
  const bool wide = bytes[6] >= 2;
  const size_t start = wide ? 12 : 10;
  size_t size = static_cast<size_t>(bytes[8]) | static_cast<size_t>(bytes[9]) << 8;
  if (wide && bytes.size() >= 12) size |= static_cast<size_t>(bytes[10]) << 16 | static_cast<size_t>(bytes[11]) << 24;
  if (size > kMaxHeader || bytes.size() < start + size) return fail(ErrorCode::data_loss, "the header is truncated");
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()) + start, size);
  const auto dims = WALLE_TRY(parse_shape(after(header, "shape")));
  if (after(header, "fortran_order").starts_with("True") && dims.size() > 1)
    return fail(ErrorCode::unsupported, "the array is in Fortran order; save numpy.ascontiguousarray(x)");
  const std::string_view descr = after(header, "descr");
  for (const Kind& kind : kKinds) {
    if (descr.size() < 5 || descr.substr(1, 3) != kind.descr) continue;
    engine::Tensor tensor = WALLE_TRY(engine::Tensor::empty(kind.dtype, dims));
    if (static_cast<size_t>(tensor.bytes()) != bytes.size() - start - size)
      return fail(ErrorCode::data_loss, "the data is truncated or too long");
    if (tensor.bytes() > 0)
      std::memcpy(tensor.mutable_data(), bytes.data() + start + size, static_cast<size_t>(tensor.bytes()));
    return tensor;
  }
  return fail(ErrorCode::unsupported, "the dtype " + std::string(descr.substr(0, 6)) +
                                          " is not one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1, little endian");
}

Result<engine::Tensor> read_npy(const std::string& path) {
  const auto bytes = WALLE_TRY(read_file(path, size_t{4} << 30));
  auto tensor = parse_npy(bytes);
  if (!tensor) return fail(tensor.error().with(path));
  return tensor;
}

Status write_npy(const std::string& path, const engine::Tensor& given) {
  engine::Tensor tensor = given;
  if (given.dtype() == DType::bf16) {
    tensor = WALLE_TRY(engine::Tensor::empty(DType::f32, given.dims()));
    for (size_t i = 0; i < static_cast<size_t>(given.count()); ++i)
      tensor.mutable_values<float>()[i] = to_float(given.values<BFloat16>()[i]);
  }
  std::string_view descr;
  for (const Kind& kind : kKinds) {
    if (kind.dtype == tensor.dtype()) descr = kind.descr;
  }
  if (descr.empty())
    return fail(ErrorCode::unsupported,
                "tensors of " + std::string(name_of(tensor.dtype())) + " cannot be written as .npy");
  std::string header = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (";
  for (const int64_t d : tensor.dims()) header += std::to_string(d) + ",";
  header += "), }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::vector<uint8_t> bytes(kMagic.begin(), kMagic.end());
  bytes.insert(bytes.end(),
               {1, 0, static_cast<uint8_t>(header.size() & 255), static_cast<uint8_t>(header.size() >> 8)});
  bytes.insert(bytes.end(), header.begin(), header.end());
  const auto* data = static_cast<const uint8_t*>(tensor.data());
  if (tensor.bytes() > 0) bytes.insert(bytes.end(), data, data + tensor.bytes());
  return write_file_atomically(path, bytes);
}

}  // namespace walle::workbench
