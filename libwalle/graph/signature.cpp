#include "libwalle/graph/signature.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace walle::graph {
namespace {

tl::unexpected<Error> wrong(const Node& node, ErrorCode code, std::string_view attribute, const std::string& what) {
  return fail(code, "node '" + node.name + "' (" + std::string(node.op->name) + "): attribute '" +
                        std::string(attribute) + "' " + what);
}

std::string_view type_of(const Attribute& value) {
  static constexpr std::string_view kTypes[] = {"int", "float", "string", "ints", "floats", "strings", "tensor"};
  return kTypes[value.index()];
}

/// The declaration that begins at `text`'s start; `text` moves behind it.
DeclaredAttribute take(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
  DeclaredAttribute made;
  made.name = text.substr(0, text.find(':'));
  text.remove_prefix(std::min(made.name.size() + 1, text.size()));
  made.type = text.substr(0, text.find_first_of("(=?,"));
  text.remove_prefix(made.type.size());
  if (text.starts_with('(')) made.limits = text.substr(1, text.find(')') - 1);
  if (!made.limits.empty()) text.remove_prefix(made.limits.size() + 2);
  made.required = text.empty() || text.front() == ',';
  text.remove_prefix(std::min(text.find(','), text.size()));
  return made;
}

int64_t number(std::string_view text, int64_t fallback) {
  int64_t value = fallback;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool within(std::string_view limits, int64_t value) {
  const size_t dots = limits.find("..");
  return value >= number(limits.substr(0, dots), std::numeric_limits<int64_t>::min()) &&
         value <= number(limits.substr(dots + 2), std::numeric_limits<int64_t>::max());
}

bool listed(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::string_view one = words.substr(0, words.find('|'));
    if (one == word) return true;
    words.remove_prefix(std::min(one.size() + 1, words.size()));
  }
  return false;
}

bool allowed(std::string_view limits, const Attribute& value) {
  if (limits.empty()) return true;
  if (const auto* text = std::get_if<std::string>(&value)) return listed(limits, *text);
  if (const auto* one = std::get_if<int64_t>(&value)) return within(limits, *one);
  if (const auto* many = std::get_if<std::vector<int64_t>>(&value)) {
    return std::all_of(many->begin(), many->end(), [&](int64_t n) { return within(limits, n); });
  }
  return true;
}

}  // namespace

std::optional<DeclaredAttribute> declared_attribute(std::string_view table, std::string_view name) {
  while (!table.empty()) {
    const DeclaredAttribute one = take(table);
    if (one.name == name) return one;
  }
  return std::nullopt;
}

Status check_attributes(const Node& node) {
  for (const auto& [name, value] : node.attributes) {
    const auto declared = declared_attribute(node.op->attributes, name);
    if (!declared) return wrong(node, ErrorCode::unsupported, name.substr(0, 256), "is not known to this build");
    if (declared->type != type_of(value)) {
      return wrong(node, ErrorCode::invalid_argument, name,
                   "must be of type " + std::string(declared->type) + ", is of type " + std::string(type_of(value)));
    }
    if (!allowed(declared->limits, value))
      return wrong(node, ErrorCode::invalid_argument, name, "must be in " + std::string(declared->limits));
  }
  for (std::string_view table = node.op->attributes; !table.empty();) {
    const DeclaredAttribute declared = take(table);
    if (declared.required && !has_attribute(node.attributes, declared.name))
      return wrong(node, ErrorCode::invalid_argument, declared.name, "is missing");
  }
  return {};
}

}  // namespace walle::graph
