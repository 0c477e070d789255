#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/digest.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

/// Bounded access to the members of messages from outside, shared by the decoders of this folder.
namespace walle::wire::fields {

/// A string of at most `limit` bytes. Errors: invalid_argument, resource_exhausted naming the key.
[[nodiscard]] Result<std::string> text(const Value& map, std::string_view key, size_t limit);
[[nodiscard]] Result<std::string> text_or(const Value& map, std::string_view key, size_t limit,
                                          std::string fallback = "");
/// An integer ≥ 0.
[[nodiscard]] Result<int64_t> count_or(const Value& map, std::string_view key, int64_t fallback = 0);
[[nodiscard]] Result<uint64_t> sequence_or(const Value& map, std::string_view key, uint64_t fallback = 0);
/// Strings of at most `limit` bytes each; an absent list is empty.
[[nodiscard]] Result<std::vector<std::string>> texts(const Value& map, std::string_view key, size_t most, size_t limit);
/// A map of strings; an absent one is empty.
[[nodiscard]] Result<std::map<std::string, std::string>> text_map(const Value& map, std::string_view key, size_t most);
/// A digest in hexadecimal.
[[nodiscard]] Result<Digest> digest(const Value& map, std::string_view key);
/// A map of scalars; an absent one is empty.
[[nodiscard]] Result<Value> scalars(const Value& map, std::string_view key, size_t most);
/// The list `key`, at most `most` long; nullptr if absent.
[[nodiscard]] Result<const Value*> list(const Value& map, std::string_view key, size_t most);
/// Refuses messages of a format that this build does not know: `format` absent = 1.
[[nodiscard]] Status format(const Value& map, int64_t newest);

}  // namespace walle::wire::fields
