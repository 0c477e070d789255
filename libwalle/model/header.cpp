#include "libwalle/model/header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "libwalle/model/format.h"

namespace walle::model {
namespace {

constexpr std::array<uint8_t, 8> kMagic = {'W', 'A', 'L', 'L', 'E', '\r', '\n', 0x1a};

template <class T>
void put(std::vector<uint8_t>& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<uint8_t>(static_cast<uint64_t>(value) >> (8 * i)));
}

template <class T>
T get(std::span<const uint8_t>& in) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<uint64_t>(in[i]) << (8 * i);
  in = in.subspan(sizeof(T));
  return static_cast<T>(value);
}

void put_section(std::vector<uint8_t>& out, const Section& section) {
  put(out, section.offset);
  put(out, section.bytes);
  out.insert(out.end(), section.digest.begin(), section.digest.end());
}

Section get_section(std::span<const uint8_t>& in) {
  Section section;
  section.offset = get<uint64_t>(in);
  section.bytes = get<uint64_t>(in);
  std::copy_n(in.begin(), 32, section.digest.begin());
  in = in.subspan(32);
  return section;
}

Status check_section(std::span<const uint8_t> file, const Section& section, std::string_view name) {
  uint64_t end = 0;
  if (section.offset < kHeaderBytes || __builtin_add_overflow(section.offset, section.bytes, &end) ||
      end > file.size()) {
    return fail(ErrorCode::data_loss, "the model file is truncated: its " + std::string(name) +
                                          " section ends at byte " + std::to_string(end) + ", the file has " +
                                          std::to_string(file.size()));
  }
  if (section.offset % kTensorAlignment != 0)
    return fail(ErrorCode::data_loss, "the " + std::string(name) + " section of the model file is not aligned");
  if (sha256(file.subspan(section.offset, section.bytes)) != section.digest) {
    return fail(ErrorCode::data_loss, "the model file is damaged: the sha256 of its " + std::string(name) +
                                          " section differs; convert or download it again");
  }
  return {};
}

}  // namespace

bool is_walle_file(std::span<const uint8_t> bytes) {
  return bytes.size() >= kMagic.size() && std::equal(kMagic.begin(), kMagic.end(), bytes.begin());
}

std::vector<uint8_t> encode_header(const Header& header) {
  std::vector<uint8_t> out(kMagic.begin(), kMagic.end());
  put(out, header.version);
  put(out, header.min_reader);
  put_section(out, header.graph);
  put_section(out, header.weights);
  const Digest digest = sha256(out);
  out.insert(out.end(), digest.begin(), digest.end());
  return out;
}

Result<Header> verify_header(std::span<const uint8_t> file) {
  if (!is_walle_file(file))
    return fail(ErrorCode::invalid_argument, "not a .walle file; make one with walle-model convert");
  if (file.size() < kHeaderBytes) return fail(ErrorCode::data_loss, "the model file is truncated in its header");
  std::span<const uint8_t> in = file.subspan(kMagic.size());
  Header header;
  header.version = get<uint32_t>(in);
  header.min_reader = get<uint32_t>(in);
  header.graph = get_section(in);
  header.weights = get_section(in);
  const Digest digest = sha256(file.first(kHeaderBytes - 32));
  if (!std::equal(digest.begin(), digest.end(), in.begin()))
    return fail(ErrorCode::data_loss, "the header of the model file is damaged");
  if (header.min_reader > kFormatVersion) {
    return fail(ErrorCode::unsupported, "the model file needs a reader of format " + std::to_string(header.min_reader) +
                                            "; this build reads up to " + std::to_string(kFormatVersion));
  }
  WALLE_TRY(check_section(file, header.graph, "graph"));
  WALLE_TRY(check_section(file, header.weights, "weights"));
  return header;
}

}  // namespace walle::model
