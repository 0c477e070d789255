#include "libwalle/ops/rules/einsum.h"

#include <algorithm>
#include <map>

namespace walle::ops::rules {
namespace {

constexpr char32_t kEllipsis = 0x10000;
constexpr size_t kMaxLength = 256;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// "ij...k" with `axes` axes for the ellipsis; nullopt if it is malformed.
std::optional<std::u32string> term(std::string_view text, size_t axes) {
  std::u32string labels;
  bool seen = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "..." && !seen) {
      for (size_t k = axes; k-- > 0;) labels += kEllipsis + static_cast<char32_t>(k);
      seen = true;
      i += 2;
    } else if (is_letter(text[i])) {
      labels += static_cast<char32_t>(text[i]);
    } else {
      return std::nullopt;
    }
  }
  return labels;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// Labels of the implicit result: the ellipsis, then those that stand exactly once.
std::u32string implied(const std::vector<std::u32string>& operands) {
  std::map<char32_t, int> times;
  for (const auto& labels : operands) {
    for (const char32_t label : labels) ++times[label];
  }
  std::u32string result;
  for (auto it = times.rbegin(); it != times.rend() && it->first >= kEllipsis; ++it) result += it->first;
  for (const auto& [label, count] : times) {
    if (label < kEllipsis && count == 1) result += label;
  }
  return result;
}

}  // namespace

Result<Equation> equation_of(const NodeView& node) {
  std::string text = WALLE_TRY(node.attribute_string("equation", ""));
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const auto wrong = [&] { return node.fail(ErrorCode::invalid_argument, "equation '" + text + "' does not fit"); };
  if (text.size() > kMaxLength) return node.fail(ErrorCode::invalid_argument, "the equation is too long");
  const size_t arrow = text.find("->");
  const auto parts = split(text.substr(0, arrow));
  if (parts.size() != node.operand_count()) return wrong();
  Equation result;
  size_t most = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t rank = WALLE_TRY(node.shape(i)).size();
    const bool open = parts[i].find("...") != std::string::npos;
    const size_t named = parts[i].size() - (open ? 3 : 0);
    if (named > rank || (!open && named != rank)) return wrong();
    const auto labels = term(parts[i], rank - named);
    if (!labels || labels->size() != rank) return wrong();
    most = std::max(most, rank - named);
    result.operands.push_back(*labels);
  }
  if (arrow == std::string::npos) {
    result.result = implied(result.operands);
    return result;
  }
  const auto labels = term(text.substr(arrow + 2), most);
  if (!labels) return wrong();
  std::u32string known;
  for (const auto& operand : result.operands) known += operand;
  for (const char32_t label : *labels) {
    const bool twice = std::count(labels->begin(), labels->end(), label) > 1;
    if (known.find(label) == std::u32string::npos || twice) return wrong();
  }
  result.result = *labels;
  return result;
}

}  // namespace walle::ops::rules
