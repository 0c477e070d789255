#include <algorithm>
#include <charconv>
#include <span>

#include "libwalle/graph/op.h"

namespace walle::graph {
namespace {

/// Constants of more elements are "...".
constexpr int64_t kMostElements = 64;

bool is_plain(std::string_view name) {
  if (name.empty()) return false;
  for (const char c : name) {
    const bool fine =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '/';
    if (!fine) return false;
  }
  return true;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + '"';
}

std::string name_text(std::string_view name) { return is_plain(name) ? std::string(name) : quote(name); }

/// The shortest text that reads back as the same number.
template <class T>
std::string number(T value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

/// Names of symbols need not be unique: their number says which it is.
std::string dim_text(const Graph& graph, const Dim& dim) {
  if (dim.known()) return std::to_string(dim.value());
  std::string text;
  for (const Dim::Term& term : dim.terms()) {
    if (!text.empty()) text += '+';
    if (term.coefficient != 1) text += std::to_string(term.coefficient) + '*';
    const std::string name = term.symbol < graph.symbols.size() ? graph.symbols[term.symbol] : "";
    text += (is_plain(name) ? name : "") + "@" + std::to_string(term.symbol);
  }
  if (dim.constant() != 0) text += "+" + std::to_string(dim.constant());
  return text;
}

std::string value_text(const Graph& graph, ValueId id) {
  if (id == kNoValue) return "-";
  const Value& value = graph.value(id);
  constexpr std::string_view kKinds[] = {"", "sequence ", "optional ", "optional sequence "};
  std::string text = "%" + name_text(value.name) + ":" + std::string(kKinds[static_cast<size_t>(value.kind)]) +
                     (value.dtype ? std::string(name_of(*value.dtype)) : "?");
  if (!value.shape) return text + "[?]";
  text += '[';
  for (size_t i = 0; i < value.shape->size(); ++i) text += (i == 0 ? "" : ",") + dim_text(graph, (*value.shape)[i]);
  return text + ']';
}

template <class T>
std::string list(std::span<const T> values) {
  std::string out;
  for (const T& value : values) out += (out.empty() ? "" : " ") + number(value);
  return out;
}

/// Numbers of the usual dtypes, bytes of the others.
std::string elements(const engine::Tensor& tensor) {
  if (tensor.dtype() == DType::f32) return list(tensor.values<float>());
  if (tensor.dtype() == DType::i64) return list(tensor.values<int64_t>());
  if (tensor.dtype() == DType::i32) return list(tensor.values<int32_t>());
  std::string out = "0x";
  const auto* bytes = static_cast<const uint8_t*>(tensor.data());
  for (int64_t i = 0; i < tensor.bytes(); ++i) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

struct AttributeText {
  std::string operator()(int64_t v) const { return number(v); }
  std::string operator()(float v) const { return number(v) + "f"; }
  std::string operator()(const std::string& v) const { return quote(v); }
  template <class T>
  std::string operator()(const std::vector<T>& v) const {
    std::string out = "[";
    for (size_t i = 0; i < v.size(); ++i) out += (i == 0 ? "" : ",") + (*this)(v[i]);
    // An empty list has a type as well.
    constexpr std::string_view kKind = std::is_same_v<T, int64_t> ? "" : (std::is_same_v<T, float> ? "f" : "s");
    return out + "]" + (v.empty() ? std::string(kKind) : "");
  }
  std::string operator()(const engine::Tensor& v) const {
    return engine::describe(v.dtype(), v.dims()) + "{" + elements(v) + "}";
  }
};

void append_constants(const Graph& graph, const std::string& indent, std::string& out) {
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    const auto id = static_cast<ValueId>(i);
    if (!value.constant || std::find(graph.inputs.begin(), graph.inputs.end(), id) != graph.inputs.end()) continue;
    const bool whole = value.constant->count() <= kMostElements;
    out += indent + "constant " + value_text(graph, id) + " = " +
           (whole ? "{" + elements(*value.constant) + "}" : "...") + '\n';
  }
}

void append_text(const Graph& graph, const std::string& indent, std::string& out);

void append_node(const Graph& graph, const Node& node, const std::string& indent, std::string& out) {
  out += indent;
  for (size_t i = 0; i < node.results.size(); ++i) out += (i == 0 ? "" : ", ") + value_text(graph, node.results[i]);
  out += " = " + (node.op->domain.empty() ? "" : std::string(node.op->domain) + "::") + std::string(node.op->name);
  if (node.core) out += "/" + std::string(walle::name_of(family_of(node.core->attributes)));
  out += '(';
  for (size_t i = 0; i < node.operands.size(); ++i) {
    const ValueId id = node.operands[i];
    out += (i == 0 ? "" : ", ") + (id == kNoValue ? std::string("-") : "%" + name_text(graph.value(id).name));
  }
  out += ')';
  if (!node.attributes.empty()) {
    std::string separator = " {";
    for (const auto& [name, value] : node.attributes) {
      out += separator + name + "=" + std::visit(AttributeText{}, value);
      separator = ", ";
    }
    out += '}';
  }
  out += "  # " + name_text(node.name) + '\n';
  for (const auto& block : node.blocks) append_text(*block, indent + "    ", out);
}

void append_text(const Graph& graph, const std::string& indent, std::string& out) {
  if (!graph.symbols.empty()) {
    out += indent + "symbols";
    for (const std::string& symbol : graph.symbols) out += " " + name_text(symbol);
    out += '\n';
  }
  out += indent + "inputs";
  for (const ValueId id : graph.inputs) out += " " + value_text(graph, id);
  out += '\n';
  append_constants(graph, indent, out);
  for (const Node& node : graph.nodes) append_node(graph, node, indent, out);
  out += indent + "outputs";
  for (const ValueId id : graph.outputs) out += " %" + name_text(graph.value(id).name);
  out += '\n';
}

}  // namespace

std::string to_text(const Graph& graph) {
  std::string out;
  append_text(graph, "", out);
  return out;
}

}  // namespace walle::graph
