#include "tools/walle-ctl/device/npy.h"

#include <array>
#include <charconv>
#include <cstring>

namespace walle::ctl {
namespace {

struct DTypeRow {
  std::string_view ours;
  std::string_view theirs;
  size_t bytes;
};
constexpr std::array<DTypeRow, 11> kDTypes{{{"f32", "<f4", 4},
                                            {"f64", "<f8", 8},
                                            {"f16", "<f2", 2},
                                            {"i8", "|i1", 1},
                                            {"u8", "|u1", 1},
                                            {"i16", "<i2", 2},
                                            {"u16", "<u2", 2},
                                            {"i32", "<i4", 4},
                                            {"i64", "<i8", 8},
                                            {"u64", "<u8", 8},
                                            {"bool", "|b1", 1}}};
constexpr size_t kMagicBytes = 8;

tl::unexpected<Error> broken(std::string what) {
  return fail(ErrorCode::data_loss, "not an .npy file: " + std::move(what));
}

/// The text behind 'key': in the header's dict.
std::string_view after(std::string_view header, std::string_view key) {
  const size_t at = header.find(key);
  if (at == std::string_view::npos) return {};
  const size_t colon = header.find(':', at);
  return colon == std::string_view::npos ? std::string_view() : header.substr(colon + 1);
}

Result<std::vector<int64_t>> numbers(std::string_view text) {
  std::vector<int64_t> found;
  while (!text.empty()) {
    const size_t start = text.find_first_of("0123456789");
    if (start == std::string_view::npos) break;
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + start, text.data() + text.size(), value);
    if (error != std::errc()) return broken("its shape");
    found.push_back(value);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
  }
  return found;
}

}  // namespace

size_t element_bytes(std::string_view dtype) {
  for (const DTypeRow& row : kDTypes)
    if (row.ours == dtype) return row.bytes;
  return 0;
}

Result<Array> read_npy(std::span<const uint8_t> file) {
  if (file.size() < 12 || std::memcmp(file.data(), "\x93NUMPY", 6) != 0) return broken("its magic");
  const bool wide = file[6] >= 2;
  const size_t length = wide ? static_cast<size_t>(file[8]) | static_cast<size_t>(file[9]) << 8U |
                                   static_cast<size_t>(file[10]) << 16U | static_cast<size_t>(file[11]) << 24U
                             : static_cast<size_t>(file[8]) | static_cast<size_t>(file[9]) << 8U;
  const size_t start = kMagicBytes + (wide ? 4 : 2);
  if (length > file.size() - start) return broken("its header is longer than the file");
  const std::string_view header(reinterpret_cast<const char*>(file.data()) + start, length);
  Array array;
  size_t size = 0;
  for (const DTypeRow& row : kDTypes)
    if (after(header, "'descr'").substr(0, 12).find(row.theirs) != std::string_view::npos) {
      array.dtype = row.ours;
      size = row.bytes;
    }
  if (size == 0) return fail(ErrorCode::unsupported, "the .npy file has a dtype that models do not take");
  if (after(header, "'fortran_order'").substr(0, 8).find("False") == std::string_view::npos)
    return fail(ErrorCode::unsupported, "the .npy file is in Fortran order; save numpy.ascontiguousarray of it");
  const std::string_view shape = after(header, "'shape'");
  array.dims = WALLE_TRY(numbers(shape.substr(0, shape.find(')'))));
  uint64_t bytes = size;
  for (const int64_t dim : array.dims)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes)) return broken("its shape overflows");
  const auto contents = file.subspan(start + length);
  if (contents.size() != bytes) return broken("its contents do not fit its shape");
  array.bytes.assign(contents.begin(), contents.end());
  return array;
}

std::vector<uint8_t> write_npy(const Array& array) {
  std::string descr = "|V1";
  for (const DTypeRow& row : kDTypes)
    if (row.ours == array.dtype) descr = row.theirs;
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (const int64_t dim : array.dims) header += std::to_string(dim) + ", ";
  header += "), }";
  while ((kMagicBytes + 2 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::vector<uint8_t> file{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  file.push_back(static_cast<uint8_t>(header.size() & 0xff));
  file.push_back(static_cast<uint8_t>(header.size() >> 8U));
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), array.bytes.begin(), array.bytes.end());
  return file;
}

Result<std::vector<int64_t>> parse_shape(std::string_view text) {
  std::vector<int64_t> dims;
  while (!text.empty()) {
    int64_t dim = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), dim);
    if (error != std::errc() || dim < 0) return fail(ErrorCode::invalid_argument, "a shape is written 1x3x224x224");
    dims.push_back(dim);
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (text.empty()) break;
    if (text.front() != 'x' || text.size() == 1)
      return fail(ErrorCode::invalid_argument, "a shape is written 1x3x224x224");
    text.remove_prefix(1);
  }
  return dims;
}

}  // namespace walle::ctl
