#include "libwalle/base/base64.h"

#include <array>

namespace walle {
namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::array<int8_t, 256> decode_table(std::string_view alphabet) {
  std::array<int8_t, 256> table{};
  table.fill(-1);
  for (size_t i = 0; i < alphabet.size(); ++i) table[static_cast<uint8_t>(alphabet[i])] = static_cast<int8_t>(i);
  return table;
}
constexpr auto kDecode = decode_table(kAlphabet);
}  // namespace

std::string base64_encode(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const uint32_t word = static_cast<uint32_t>(bytes[i] << 16) |
                          static_cast<uint32_t>(left > 1 ? bytes[i + 1] << 8 : 0) |
                          static_cast<uint32_t>(left > 2 ? bytes[i + 2] : 0);
    out += kAlphabet[word >> 18];
    out += kAlphabet[(word >> 12) & 63];
    out += left > 1 ? kAlphabet[(word >> 6) & 63] : '=';
    out += left > 2 ? kAlphabet[word & 63] : '=';
  }
  return out;
}

Result<std::vector<uint8_t>> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0)
    return fail(ErrorCode::invalid_argument, "base64 text must be a multiple of 4 characters long");
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::vector<uint8_t> out;
  out.reserve(text.size() / 4 * 3);
  uint32_t word = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool pad = i >= text.size() - padding;
    const int8_t six = pad ? int8_t{0} : kDecode[static_cast<uint8_t>(text[i])];
    if (six < 0)
      return fail(ErrorCode::invalid_argument,
                  "base64 text has a character outside its alphabet at offset " + std::to_string(i));
    word = (word << 6) | static_cast<uint32_t>(six);
    if (i % 4 != 3) continue;
    out.push_back(static_cast<uint8_t>(word >> 16));
    out.push_back(static_cast<uint8_t>(word >> 8));
    out.push_back(static_cast<uint8_t>(word));
    word = 0;
  }
  out.resize(out.size() - padding);
  return out;
}

std::string hex_encode(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

Result<std::vector<uint8_t>> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::invalid_argument, "hexadecimal text must have an even length");
  std::vector<uint8_t> out;
  out.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const size_t high = kHex.find(text[i]);
    const size_t low = kHex.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      return fail(ErrorCode::invalid_argument, "not a lower-case hexadecimal digit at offset " + std::to_string(i));
    }
    out.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return out;
}

}  // namespace walle
