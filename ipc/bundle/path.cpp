#include "ipc/bundle/path.h"

namespace walle::bundle {
namespace {

constexpr size_t kMaxParts = 32;

tl::unexpected<Error> refused(std::string_view path, std::string_view rule) {
  return fail(ErrorCode::invalid_argument, "path '" + std::string(path.substr(0, 200)) + "' " + std::string(rule));
}

Status check_part(std::string_view path, std::string_view part) {
  if (part.empty()) return refused(path, "must be relative and have no empty part");
  if (part == "." || part == "..") return refused(path, "must not hold '.' or '..'");
  if (part.size() > 255) return refused(path, "has a part longer than 255 bytes");
  return {};
}

/// Matches one part against a pattern with * and ?.
bool part_match(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view first_part(std::string_view path) { return path.substr(0, path.find('/')); }

std::string_view without_first(std::string_view path) {
  const size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
}

}  // namespace

Status check_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes) return refused(path, "must have 1 to 1024 bytes");
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') {
      return refused(path, "must not hold control characters or backslashes");
    }
  }
  size_t parts = 0;
  for (size_t at = 0; at <= path.size();) {
    const size_t slash = std::min(path.find('/', at), path.size());
    WALLE_TRY(check_part(path, path.substr(at, slash - at)));
    if (++parts > kMaxParts) return refused(path, "is deeper than 32 folders");
    at = slash + 1;
  }
  if (first_part(path) == kOwnFolder) return refused(path, "lies in '.walle', which is Walle's own");
  return {};
}

bool glob_match(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  const std::string_view head = first_part(pattern);
  const std::string_view tail = without_first(pattern);
  if (head == "**") {
    if (tail.empty()) return !path.empty();
    for (;; path = without_first(path)) {
      if (glob_match(tail, path)) return true;
      if (path.empty()) return false;
    }
  }
  if (path.empty() || !part_match(head, first_part(path))) return false;
  const bool last_pattern = head.size() == pattern.size();
  const bool last_path = first_part(path).size() == path.size();
  if (last_pattern || last_path) return last_pattern && last_path;
  return glob_match(tail, without_first(path));
}

}  // namespace walle::bundle
