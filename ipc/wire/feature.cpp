#include "ipc/wire/feature.h"

#include <zstd.h>

#include <algorithm>
#include <memory>

#include "libwalle/base/parse.h"
#include "libwalle/base/value.h"

namespace walle::wire {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr uint8_t kVersion = 1;
enum Codec : uint8_t { kPlain = 0, kZstd = 1 };
constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxVersionBytes = 64;
constexpr size_t kMaxContentBytes = 256U << 20;

struct Header {
  uint8_t codec = kPlain;
  uint32_t dictionary = 0;
  uint32_t content_bytes = 0;
};

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

void put_u32(uint8_t* at, uint32_t value) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint32_t take_u32(const uint8_t* at) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<uint32_t>(at[i]) << (8 * i);
  return value;
}

bool is_id(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), fits);
}

bool is_version(std::string_view text) {
  const auto fits = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; };
  return text.size() <= kMaxVersionBytes && std::all_of(text.begin(), text.end(), fits);
}

/// The rule for one feature, the same for both directions.
Status check(const Feature& feature) {
  if (!is_id(feature.id)) return fail(ErrorCode::invalid_argument, "feature id must be 1 to 64 of [0-9a-zA-Z_-]");
  if (!is_name(feature.task))
    return fail(ErrorCode::invalid_argument, "feature " + feature.id + ": task is not a name");
  if (!is_name(feature.name))
    return fail(ErrorCode::invalid_argument, "feature " + feature.id + ": name is not a name");
  if (!is_version(feature.version)) {
    return fail(ErrorCode::invalid_argument,
                "feature " + feature.id + ": version must be up to 64 printable characters");
  }
  return {};
}

Result<Header> parse_header(std::span<const uint8_t> frame) {
  if (frame.size() < kHeaderBytes || frame[0] != 'W' || frame[1] != 'F') {
    return fail(ErrorCode::data_loss, "not a feature frame");
  }
  if (frame[2] != kVersion || frame[3] > kZstd) {
    return fail(ErrorCode::unsupported, "feature frame of version " + std::to_string(frame[2]) + ", codec " +
                                            std::to_string(frame[3]) + "; this build reads version 1, codecs 0 and 1");
  }
  return Header{frame[3], take_u32(&frame[4]), take_u32(&frame[8])};
}

std::vector<uint8_t> content_of(std::span<const Feature> features) {
  Value list = Value::array();
  for (const Feature& f : features) {
    list.push_back(Value::array({f.id, f.task, f.version, f.name, f.time_us, Value::binary(f.value)}));
  }
  return to_cbor(list);
}

/// Compressed bytes, or nothing if that would not be smaller.
Result<std::vector<uint8_t>> compress(std::span<const uint8_t> content, const Dictionary& dictionary, int level) {
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  if (!context) return fail(ErrorCode::resource_exhausted, "out of memory for compression");
  std::vector<uint8_t> out(ZSTD_compressBound(content.size()));
  const size_t size = ZSTD_compress_usingDict(context.get(), out.data(), out.size(), content.data(), content.size(),
                                              dictionary.bytes.data(), dictionary.bytes.size(), level);
  if (ZSTD_isError(size)) return fail(ErrorCode::internal, std::string("zstd: ") + ZSTD_getErrorName(size));
  out.resize(size < content.size() ? size : 0);
  return out;
}

/// `size` is the header's word, already checked against the limits; a frame that holds more or less is malformed.
Result<std::vector<uint8_t>> decompress(std::span<const uint8_t> body, size_t size, const Dictionary& dictionary) {
  const unsigned long long said = ZSTD_getFrameContentSize(body.data(), body.size());
  if (said != size) return fail(ErrorCode::data_loss, "feature frame: sizes in header and content differ");
  const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  if (!context) return fail(ErrorCode::resource_exhausted, "out of memory for decompression");
  std::vector<uint8_t> out(size);
  const size_t got = ZSTD_decompress_usingDict(context.get(), out.data(), out.size(), body.data(), body.size(),
                                               dictionary.bytes.data(), dictionary.bytes.size());
  if (ZSTD_isError(got) || got != size) return fail(ErrorCode::data_loss, "feature frame: content does not decompress");
  return out;
}

Result<Feature> feature_of(const Value& entry) {
  const auto malformed = [] { return fail(ErrorCode::data_loss, "feature frame: an entry has another shape"); };
  if (!entry.is_array() || entry.size() != 6) return malformed();
  for (size_t i = 0; i < 4; ++i) {
    if (!entry[i].is_string()) return malformed();
  }
  if (!entry[4].is_number_integer() || !entry[5].is_binary()) return malformed();
  Feature feature{entry[0].get<std::string>(), entry[1].get<std::string>(), entry[2].get<std::string>(),
                  entry[3].get<std::string>(), entry[4].get<int64_t>(),     entry[5].get_binary()};
  if (const Status status = check(feature); !status) return fail(ErrorCode::data_loss, status.error().message);
  return feature;
}

}  // namespace

Result<std::vector<uint8_t>> encode_features(std::span<const Feature> features, const Dictionary& dictionary,
                                             int level) {
  for (const Feature& feature : features) WALLE_TRY(check(feature));
  std::vector<uint8_t> content = content_of(features);
  if (content.size() > kMaxContentBytes) {
    return fail(ErrorCode::invalid_argument, "a batch of " + format_bytes(static_cast<int64_t>(content.size())) +
                                                 " does not fit into one frame; send fewer features");
  }
  const std::vector<uint8_t> packed = WALLE_TRY(compress(content, dictionary, level));
  const bool plain = packed.empty();
  const auto& body = plain ? content : packed;
  std::vector<uint8_t> frame(kHeaderBytes);
  frame.reserve(kHeaderBytes + body.size());
  frame[0] = 'W';
  frame[1] = 'F';
  frame[2] = kVersion;
  frame[3] = plain ? kPlain : kZstd;
  put_u32(&frame[4], plain ? 0 : dictionary.id);
  put_u32(&frame[8], static_cast<uint32_t>(content.size()));
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

Result<uint32_t> dictionary_of(std::span<const uint8_t> frame) { return WALLE_TRY(parse_header(frame)).dictionary; }

Result<std::vector<Feature>> decode_features(std::span<const uint8_t> frame, const Dictionary& dictionary,
                                             const FrameLimits& limits) {
  if (frame.size() > limits.frame_bytes) return fail(ErrorCode::resource_exhausted, "feature frame is over the limit");
  const Header header = WALLE_TRY(parse_header(frame));
  if (header.content_bytes > limits.content_bytes) {
    return fail(ErrorCode::resource_exhausted, "feature frame's content is over the limit of " +
                                                   format_bytes(static_cast<int64_t>(limits.content_bytes)));
  }
  if (header.dictionary != 0 && header.dictionary != dictionary.id) {
    return fail(ErrorCode::failed_precondition,
                "feature frame needs dictionary " + std::to_string(header.dictionary) + "; fetch it and decode again");
  }
  const std::span<const uint8_t> body = frame.subspan(kHeaderBytes);
  std::vector<uint8_t> unpacked;
  if (header.codec == kZstd) {
    unpacked = WALLE_TRY(decompress(body, header.content_bytes, header.dictionary == 0 ? Dictionary{} : dictionary));
  } else if (body.size() != header.content_bytes) {
    return fail(ErrorCode::data_loss, "feature frame: size in header and content differ");
  }
  const auto content = header.codec == kZstd ? std::span<const uint8_t>(unpacked) : body;
  const Value list = WALLE_TRY(from_cbor(content, {.bytes = limits.content_bytes, .depth = 4}));
  if (!list.is_array()) return fail(ErrorCode::data_loss, "feature frame: content is not a list");
  if (list.size() > limits.features)
    return fail(ErrorCode::resource_exhausted, "feature frame holds too many features");
  std::vector<Feature> features;
  features.reserve(list.size());
  for (const Value& entry : list) features.push_back(WALLE_TRY(feature_of(entry)));
  return features;
}

}  // namespace walle::wire
