#include "tools/walle-model/files/npz.h"

#include <zlib.h>

#include <cstring>

#include "libwalle/base/file.h"
#include "tools/walle-model/files/npy.h"

namespace walle::workbench {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr size_t kMostBytes = size_t{4} << 30;
constexpr size_t kMostArrays = 4096;
// Records of the zip format (PKWARE's APPNOTE, 4.3): signatures and the sizes of their fixed parts.
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr size_t kEndBytes = 22;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr size_t kEntryBytes = 46;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr size_t kLocalBytes = 30;
constexpr uint32_t kInExtra = 0xffffffff;  // the value stands in the zip64 field
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;

template <class T>
T at(Bytes bytes, size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

struct Entry {
  std::string name;
  uint16_t method = 0;
  uint32_t crc = 0;
  uint64_t packed = 0, bytes = 0, offset = 0;
};

tl::unexpected<Error> damaged(const std::string& what) { return fail(ErrorCode::data_loss, what); }

/// Where the directory starts and how many entries it has.
Result<std::pair<size_t, size_t>> find_directory(Bytes file) {
  if (file.size() < kEndBytes) return damaged("not an .npz file");
  const size_t last = file.size() - kEndBytes;
  const size_t first = last > 65535 ? last - 65535 : 0;
  for (size_t i = last + 1; i-- > first;) {
    if (at<uint32_t>(file, i) == kEndSignature)
      return std::pair<size_t, size_t>(at<uint32_t>(file, i + 16), at<uint16_t>(file, i + 10));
  }
  return damaged("not an .npz file, or its end is missing");
}

/// Sizes that do not fit 32 bits stand in the extra field with id 1, in this order, only those that are needed.
Status read_zip64(Bytes extra, Entry& entry) {
  while (extra.size() >= 4) {
    const auto id = at<uint16_t>(extra, 0);
    const auto size = at<uint16_t>(extra, 2);
    if (extra.size() < 4U + size) break;
    Bytes field = extra.subspan(4, size);
    extra = extra.subspan(4U + size);
    if (id != 1) continue;
    for (uint64_t* value : {&entry.bytes, &entry.packed, &entry.offset}) {
      if (*value != kInExtra) continue;
      if (field.size() < 8) return damaged("its directory is damaged");
      *value = at<uint64_t>(field, 0);
      field = field.subspan(8);
    }
  }
  return {};
}

/// Reads the entry at `offset` of the directory and moves behind it.
Result<Entry> read_entry(Bytes file, size_t& offset) {
  if (offset > file.size() || file.size() - offset < kEntryBytes || at<uint32_t>(file, offset) != kEntrySignature)
    return damaged("its directory is damaged");
  const Bytes head = file.subspan(offset);
  const size_t name = at<uint16_t>(head, 28);
  const size_t extra = at<uint16_t>(head, 30);
  const size_t comment = at<uint16_t>(head, 32);
  if (head.size() - kEntryBytes < name + extra + comment) return damaged("its directory is damaged");
  Entry entry{.name = std::string(reinterpret_cast<const char*>(head.data()) + kEntryBytes, name),
              .method = at<uint16_t>(head, 10),
              .crc = at<uint32_t>(head, 16),
              .packed = at<uint32_t>(head, 20),
              .bytes = at<uint32_t>(head, 24),
              .offset = at<uint32_t>(head, 42)};
  WALLE_TRY(read_zip64(head.subspan(kEntryBytes + name, extra), entry));
  offset += kEntryBytes + name + extra + comment;
  return entry;
}

/// The packed bytes of an entry.
Result<Bytes> data_of(Bytes file, const Entry& entry) {
  if (entry.offset > file.size() || file.size() - entry.offset < kLocalBytes) return damaged("it is truncated");
  const Bytes local = file.subspan(entry.offset);
  if (at<uint32_t>(local, 0) != kLocalSignature) return damaged("its directory is damaged");
  const size_t start = kLocalBytes + at<uint16_t>(local, 26) + at<uint16_t>(local, 28);
  if (local.size() < start || local.size() - start < entry.packed) return damaged("it is truncated");
  return local.subspan(start, entry.packed);
}

Result<std::vector<uint8_t>> inflate_all(Bytes packed, size_t bytes) {
  constexpr size_t kBestRatio = 1032;  // of deflate: a larger claim is a lie
  if (bytes > (packed.size() + 64) * kBestRatio) return damaged("its directory is damaged");
  std::vector<uint8_t> out(bytes);
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return fail(ErrorCode::resource_exhausted, "no memory to inflate");
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const bool whole = code == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) return damaged("its compressed data is damaged");
  return out;
}

Result<engine::Tensor> read_array(Bytes file, const Entry& entry) {
  const Bytes packed = WALLE_TRY(data_of(file, entry));
  std::vector<uint8_t> inflated;
  Bytes bytes = packed;
  if (entry.method == kDeflated) {
    inflated = WALLE_TRY(inflate_all(packed, entry.bytes));
    bytes = inflated;
  } else if (entry.method != kStored) {
    return fail(ErrorCode::unsupported, "its compression is not numpy's; save it with numpy.savez");
  }
  if (crc32(crc32(0, nullptr, 0), bytes.data(), static_cast<uInt>(bytes.size())) != entry.crc)
    return damaged("its checksum is wrong");
  return parse_npy(bytes);
}

Result<std::map<std::string, engine::Tensor>> parse(Bytes file) {
  auto [offset, count] = WALLE_TRY(find_directory(file));
  if (count > kMostArrays) return fail(ErrorCode::resource_exhausted, "it has more than 4096 arrays");
  std::map<std::string, engine::Tensor> arrays;
  uint64_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    Entry entry = WALLE_TRY(read_entry(file, offset));
    if (entry.bytes >= kMostBytes || (bytes += entry.bytes) >= kMostBytes)
      return fail(ErrorCode::resource_exhausted, "its arrays take more than 4 GiB");
    auto array = read_array(file, entry);
    if (!array) return fail(array.error().with("array '" + entry.name + "'"));
    if (entry.name.ends_with(".npy")) entry.name.resize(entry.name.size() - 4);
    arrays.insert_or_assign(entry.name, *std::move(array));
  }
  return arrays;
}

}  // namespace

Result<std::map<std::string, engine::Tensor>> read_npz(const std::string& path) {
  const auto bytes = WALLE_TRY(read_file(path, kMostBytes));
  auto arrays = parse(bytes);
  if (!arrays) return fail(arrays.error().with(path));
  return arrays;
}

}  // namespace walle::workbench
