#include <charconv>
#include <map>

#include "libwalle/graph/text.h"

namespace walle::graph {
namespace {

using engine::Tensor;

/// Deeper blocks or longer lists come from no file that Walle wrote.
constexpr int kMostDepth = 32;
constexpr int64_t kMostElements = 1 << 20;

/// One line, read from left to right.
class Line {
 public:
  Line(std::string_view text, size_t number) : text_(text), number_(number) {}

  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& what) const {
    return fail(ErrorCode::invalid_argument, "line " + std::to_string(number_) + ": " + what);
  }
  void skip() {
    while (!text_.empty() && text_[0] == ' ') text_.remove_prefix(1);
  }
  [[nodiscard]] bool end() {
    skip();
    return text_.empty();
  }
  [[nodiscard]] bool take(std::string_view token) {
    skip();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }
  [[nodiscard]] Status expect(std::string_view token) {
    if (take(token)) return {};
    return wrong("expected '" + std::string(token) + "' before '" + std::string(text_.substr(0, 20)) + "'");
  }
  /// Characters up to one of `ends`.
  [[nodiscard]] std::string_view until(std::string_view ends) {
    const std::string_view found = text_.substr(0, text_.find_first_of(ends));
    text_.remove_prefix(found.size());
    return found;
  }
  [[nodiscard]] Result<std::string> quoted() {
    WALLE_TRY(expect("\""));
    std::string out;
    while (!text_.empty() && text_[0] != '"') {
      if (text_[0] == '\\' && text_.size() > 1)
        text_.remove_prefix(1), out += text_[0] == 'n' ? '\n' : text_[0];
      else
        out += text_[0];
      text_.remove_prefix(1);
    }
    WALLE_TRY(expect("\""));
    return out;
  }
  [[nodiscard]] Result<std::string> name() {
    if (text_.starts_with('"')) return quoted();
    const std::string_view found = until(" :,()=[]{}@+*");
    if (found.empty()) return wrong("a name is missing");
    return std::string(found);
  }
  template <class T>
  [[nodiscard]] Result<T> number() {
    skip();
    T value{};
    const auto [next, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{}) return wrong("expected a number before '" + std::string(text_.substr(0, 20)) + "'");
    text_.remove_prefix(static_cast<size_t>(next - text_.data()));
    return value;
  }
  [[nodiscard]] char front() const { return text_.empty() ? '\0' : text_[0]; }
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
  size_t number_;
};

class Reader {
 public:
  Reader(std::string_view text, const OpTable& table, const ConstantSource& constants)
      : table_(table), constants_(constants) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  Result<Graph> graph(size_t indent, int depth) {
    if (depth > kMostDepth) return fail(ErrorCode::invalid_argument, "blocks are nested too deeply");
    Graph g;
    std::map<std::string, ValueId> values;
    while (at_ < lines_.size() && indent_of(lines_[at_]) == indent) {
      Line line(lines_[at_].substr(indent), at_ + 1);
      ++at_;
      if (line.take("symbols ")) {
        while (!line.end()) g.symbols.push_back(WALLE_TRY(line.name()));
      } else if (line.take("inputs")) {
        while (!line.end()) g.inputs.push_back(WALLE_TRY(define(line, g, values)));
      } else if (line.take("constant ")) {
        WALLE_TRY(constant(line, g, values));
      } else if (line.take("outputs")) {
        while (!line.end()) g.outputs.push_back(WALLE_TRY(use(line, values)));
        return g;
      } else {
        WALLE_TRY(node(line, g, values, indent, depth));
      }
    }
    return fail(ErrorCode::invalid_argument, "line " + std::to_string(at_) + ": the graph has no line of outputs");
  }

 private:
  static size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

  Result<Dim> dim(Line& line) {
    Dim sum;
    do {
      Dim term(1);
      if (const char c = line.front(); c == '-' || (c >= '0' && c <= '9')) {
        term = Dim(WALLE_TRY(line.number<int64_t>()));
        if (!line.take("*")) {
          sum = WALLE_TRY(affine(line, Dim::add(sum, term)));
          continue;
        }
      }
      (void)line.until("@");
      WALLE_TRY(line.expect("@"));
      const Dim symbol = Dim::symbol(WALLE_TRY(line.number<Symbol>()));
      term = WALLE_TRY(affine(line, Dim::mul(term, symbol)));
      sum = WALLE_TRY(affine(line, Dim::add(sum, term)));
    } while (line.take("+"));
    return sum;
  }
  static Result<Dim> affine(Line& line, const std::optional<Dim>& dim) {
    return dim ? Result<Dim>(*dim) : line.wrong("a dimension is not affine");
  }

  /// "f32[2,n@0]", "?[?]".
  Result<Value> type(Line& line) {
    Value value;
    if (line.take("optional sequence "))
      value.kind = ValueKind::optional_sequence;
    else if (line.take("sequence "))
      value.kind = ValueKind::sequence;
    else if (line.take("optional "))
      value.kind = ValueKind::optional;
    const std::string_view dtype = line.until("[");
    value.dtype = dtype_from(dtype);
    if (!value.dtype && dtype != "?") return line.wrong("no dtype '" + std::string(dtype) + "'");
    WALLE_TRY(line.expect("["));
    if (line.take("?]")) return value;
    value.shape.emplace();
    while (!line.take("]")) {
      value.shape->push_back(WALLE_TRY(dim(line)));
      (void)line.take(",");
    }
    return value;
  }

  /// "%name:type" makes a value; "-" none.
  Result<ValueId> define(Line& line, Graph& g, std::map<std::string, ValueId>& values) {
    if (line.take("-")) return kNoValue;
    WALLE_TRY(line.expect("%"));
    std::string name = WALLE_TRY(line.name());
    WALLE_TRY(line.expect(":"));
    Value value = WALLE_TRY(type(line));
    value.name = name;
    const ValueId id = g.add_value(std::move(value));
    if (!values.emplace(std::move(name), id).second) return line.wrong("a value is made twice");
    return id;
  }
  static Result<ValueId> use(Line& line, const std::map<std::string, ValueId>& values) {
    if (line.take("-")) return kNoValue;
    WALLE_TRY(line.expect("%"));
    const std::string name = WALLE_TRY(line.name());
    const auto it = values.find(name);
    if (it == values.end()) return line.wrong("no value '" + name + "' is made before");
    return it->second;
  }

  template <class T>
  static Status numbers(Line& line, Tensor& tensor) {
    for (T& value : tensor.mutable_values<T>()) value = WALLE_TRY(line.number<T>());
    return {};
  }
  static Status bytes(Line& line, Tensor& tensor) {
    WALLE_TRY(line.expect("0x"));
    const std::string_view digits = line.until("}");
    if (static_cast<int64_t>(digits.size()) != 2 * tensor.bytes())
      return line.wrong("the bytes are not those of the type");
    auto* to = static_cast<uint8_t*>(tensor.mutable_data());
    for (size_t i = 0; i < digits.size(); i += 2) {
      const auto [next, error] = std::from_chars(digits.data() + i, digits.data() + i + 2, to[i / 2], 16);
      if (error != std::errc{} || next != digits.data() + i + 2) return line.wrong("that is no hexadecimal number");
    }
    return {};
  }
  static Result<Tensor> elements(Line& line, const Value& of) {
    const auto dims = of.shape ? concrete(*of.shape) : std::nullopt;
    if (!dims || !of.dtype) return line.wrong("a constant's type is not whole");
    int64_t count = 1;
    for (const int64_t d : *dims) {
      if (d < 0 || __builtin_mul_overflow(count, d, &count) || count > kMostElements)
        return line.wrong("a constant is too large for text");
    }
    Tensor tensor = WALLE_TRY(Tensor::empty(*of.dtype, *dims));
    WALLE_TRY(line.expect("{"));
    if (of.dtype == DType::f32)
      WALLE_TRY(numbers<float>(line, tensor));
    else if (of.dtype == DType::i64)
      WALLE_TRY(numbers<int64_t>(line, tensor));
    else if (of.dtype == DType::i32)
      WALLE_TRY(numbers<int32_t>(line, tensor));
    else
      WALLE_TRY(bytes(line, tensor));
    WALLE_TRY(line.expect("}"));
    return tensor;
  }

  Status constant(Line& line, Graph& g, std::map<std::string, ValueId>& values) {
    const ValueId id = WALLE_TRY(define(line, g, values));
    WALLE_TRY(line.expect("="));
    if (id == kNoValue) return line.wrong("a constant without a name");
    if (!line.take("...")) {
      replace(g, id, WALLE_TRY(elements(line, g.value(id))));
      return {};
    }
    auto found = constants_ ? constants_(g.value(id).name) : std::nullopt;
    if (!found)
      return fail(ErrorCode::not_found, "the contents of constant '" + g.value(id).name + "' are not in the text");
    if (found->dtype() != g.value(id).dtype || to_shape(found->dims()) != g.value(id).shape)
      return line.wrong("constant '" + g.value(id).name + "' has another type");
    replace(g, id, *std::move(found));
    return {};
  }
  /// add_constant knows how known elements are read from a tensor.
  static void replace(Graph& g, ValueId id, Tensor tensor) {
    Graph scratch;
    Value value = scratch.value(scratch.add_constant(g.value(id).name, std::move(tensor)));
    g.value(id) = std::move(value);
  }

  template <class T>
  Result<Attribute> list(Line& line) {
    std::vector<T> out;
    while (!line.take("]")) {
      if constexpr (std::is_same_v<T, std::string>)
        out.push_back(WALLE_TRY(line.quoted()));
      else
        out.push_back(WALLE_TRY(line.number<T>()));
      if constexpr (std::is_same_v<T, float>) WALLE_TRY(line.expect("f"));
      (void)line.take(",");
    }
    return Attribute(std::move(out));
  }
  Result<Attribute> attribute(Line& line) {
    if (line.front() == '"') return Attribute(WALLE_TRY(line.quoted()));
    if (line.take("[")) {
      if (line.take("]f")) return Attribute(std::vector<float>());
      if (line.take("]s")) return Attribute(std::vector<std::string>());
      if (line.front() == '"') return list<std::string>(line);
      return is_float_list(line) ? list<float>(line) : list<int64_t>(line);
    }
    Line ahead = line;
    if (ahead.number<int64_t>() && ahead.front() != '.' && ahead.front() != 'e' && ahead.front() != 'f')
      return Attribute(WALLE_TRY(line.number<int64_t>()));
    ahead = line;
    if (ahead.number<float>() && ahead.take("f")) {
      const auto value = WALLE_TRY(line.number<float>());
      WALLE_TRY(line.expect("f"));
      return Attribute(value);
    }
    return Attribute(WALLE_TRY(elements(line, WALLE_TRY(type(line)))));
  }
  static bool is_float_list(const Line& line) {
    Line ahead = line;
    return ahead.number<float>() && ahead.front() == 'f';
  }

  Status node(Line& line, Graph& g, std::map<std::string, ValueId>& values, size_t indent, int depth) {
    Node node;
    do node.results.push_back(WALLE_TRY(define(line, g, values)));
    while (line.take(","));
    WALLE_TRY(line.expect("="));
    line.skip();
    std::string name(line.until("(/:"));
    std::string domain;
    if (line.take("::")) domain = std::exchange(name, std::string(line.until("(/")));
    if (line.front() == '/') return fail(ErrorCode::unsupported, "a graph that is lowered to kernels cannot be read");
    node.op = table_.find(domain, name);
    if (node.op == nullptr) return line.wrong("no operator '" + name + "' of domain '" + domain + "'");
    WALLE_TRY(line.expect("("));
    while (!line.take(")")) {
      node.operands.push_back(WALLE_TRY(use(line, values)));
      (void)line.take(",");
    }
    if (line.take("{")) {
      while (!line.take("}")) {
        line.skip();
        std::string key(line.until("="));
        WALLE_TRY(line.expect("="));
        node.attributes[std::move(key)] = WALLE_TRY(attribute(line));
        (void)line.take(",");
      }
    }
    WALLE_TRY(line.expect("#"));
    line.skip();
    node.name = line.end() ? "" : WALLE_TRY(line.name());
    while (at_ < lines_.size() && indent_of(lines_[at_]) > indent)
      node.blocks.push_back(std::make_unique<Graph>(WALLE_TRY(graph(indent + 4, depth + 1))));
    g.nodes.push_back(std::move(node));
    return {};
  }

  const OpTable& table_;
  const ConstantSource& constants_;
  std::vector<std::string_view> lines_;
  size_t at_ = 0;
};

}  // namespace

Result<Graph> from_text(std::string_view text, const OpTable& table, const ConstantSource& constants) {
  Graph graph = WALLE_TRY(Reader(text, table, constants).graph(0, 0));
  WALLE_TRY(verify(graph));
  return graph;
}

}  // namespace walle::graph
