#include "ipc/bundle/toml_guard.h"

#include <string>

namespace walle::bundle {
namespace {

constexpr std::string_view kBlanks = " \t";

bool begins_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '"' || c == '\'';
}

/// Of one line without its end: a header whose key is missing.
bool lacks_key(std::string_view line) {
  size_t at = line.find_first_not_of(kBlanks);
  if (at == std::string_view::npos || line[at] != '[') return false;
  if (at + 1 < line.size() && line[at + 1] == '[') ++at;
  at = line.find_first_not_of(kBlanks, at + 1);
  // A closing bracket is an error that toml++ finds itself.
  return at == std::string_view::npos || (!begins_key(line[at]) && line[at] != ']' && line[at] != '[');
}

}  // namespace

Status check_toml_headers(std::string_view toml) {
  size_t number = 1;
  while (!toml.empty()) {
    const size_t end = std::min(toml.find_first_of("\r\n"), toml.size());
    if (lacks_key(toml.substr(0, end))) {
      return fail(ErrorCode::invalid_argument, "a table header needs a name (line " + std::to_string(number) + ")");
    }
    if (end < toml.size() && toml[end] == '\n') ++number;
    toml.remove_prefix(std::min(end + 1, toml.size()));
  }
  return {};
}

}  // namespace walle::bundle
