#include <cerrno>
#include <cstdlib>

#include "streamd/expression/node.h"

namespace walle::expression {
namespace {

enum class TokenKind : uint8_t { end, name, number, string, symbol };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  size_t position = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> parse() {
    WALLE_TRY(take());
    NodePtr root = WALLE_TRY(parse_or(0));
    if (token_.kind != TokenKind::end) return expected("an operator or the end");
    return root;
  }

 private:
  tl::unexpected<Error> expected(std::string_view what) const {
    const std::string found =
        token_.kind == TokenKind::end ? "the end" : "'" + std::string(token_.text.substr(0, 40)) + "'";
    return error("found " + found + ", expected " + std::string(what));
  }

  tl::unexpected<Error> error(const std::string& message) const {
    return fail(ErrorCode::invalid_argument,
                "expression, position " + std::to_string(token_.position + 1) + ": " + message);
  }

  /// Moves to the next token.
  Status take() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    token_ = {TokenKind::end, {}, at_};
    if (at_ == text_.size()) return {};
    const size_t begin = at_;
    const char c = text_[at_];
    if (is_letter(c)) {
      while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
      token_.kind = TokenKind::name;
    } else if (is_digit(c)) {
      take_number();
    } else if (c == '"' || c == '\'') {
      WALLE_TRY(take_string(c));
    } else {
      at_ += std::string_view("=<>!").find(c) != std::string_view::npos && text_.substr(at_ + 1, 1) == "=" ? 2 : 1;
      token_.kind = TokenKind::symbol;
    }
    token_.text = text_.substr(begin, at_ - begin);
    return {};
  }

  void take_number() {
    token_.kind = TokenKind::number;
    const auto digits = [&] {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    };
    digits();
    if (at_ + 1 < text_.size() && text_[at_] == '.' && is_digit(text_[at_ + 1])) {
      ++at_;
      digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      size_t next = at_ + 1;
      if (next < text_.size() && (text_[next] == '+' || text_[next] == '-')) ++next;
      if (next < text_.size() && is_digit(text_[next])) {
        at_ = next;
        digits();
      }
    }
  }

  Status take_string(char quote) {
    token_.kind = TokenKind::string;
    string_.clear();
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const char c = text_[++at_];
        string_ += c == 'n' ? '\n' : c == 't' ? '\t' : c;
      } else {
        string_ += text_[at_];
      }
    }
    if (at_ == text_.size()) return error("a text without its closing quote");
    ++at_;
    return {};
  }

  [[nodiscard]] bool is(std::string_view symbol) const {
    return (token_.kind == TokenKind::symbol || token_.kind == TokenKind::name) && token_.text == symbol;
  }

  Status need(std::string_view symbol) {
    if (!is(symbol)) return expected("'" + std::string(symbol) + "'");
    return take();
  }

  Result<NodePtr> make(Op op, NodePtr a, NodePtr b = nullptr) const {
    auto node = std::make_unique<Expression::Node>();
    node->op = op;
    for (NodePtr* input : {&a, &b}) {
      if (!*input) continue;
      node->depth = std::max(node->depth, (*input)->depth + 1);
      node->inputs.push_back(std::move(*input));
    }
    if (node->depth > kMaxExpressionDepth) return error("nested deeper than " + std::to_string(kMaxExpressionDepth));
    return node;
  }

  Result<NodePtr> parse_or(size_t depth) {
    if (depth > kMaxExpressionDepth) return error("nested deeper than " + std::to_string(kMaxExpressionDepth));
    NodePtr left = WALLE_TRY(parse_and(depth));
    while (is("or")) {
      WALLE_TRY(take());
      NodePtr right = WALLE_TRY(parse_and(depth));
      left = WALLE_TRY(make(Op::logical_or, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<NodePtr> parse_and(size_t depth) {
    NodePtr left = WALLE_TRY(parse_not(depth));
    while (is("and")) {
      WALLE_TRY(take());
      NodePtr right = WALLE_TRY(parse_not(depth));
      left = WALLE_TRY(make(Op::logical_and, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<NodePtr> parse_not(size_t depth) {
    if (!is("not")) return parse_comparison(depth);
    if (depth > kMaxExpressionDepth) return error("nested deeper than " + std::to_string(kMaxExpressionDepth));
    WALLE_TRY(take());
    NodePtr input = WALLE_TRY(parse_not(depth + 1));
    return make(Op::logical_not, std::move(input));
  }

  /// `a not in b` included. Comparisons do not chain.
  Result<NodePtr> parse_comparison(size_t depth) {
    static constexpr std::pair<std::string_view, Op> kOps[] = {
        {"==", Op::equal},  {"!=", Op::not_equal},     {"<", Op::less}, {"<=", Op::less_equal},
        {">", Op::greater}, {">=", Op::greater_equal}, {"in", Op::in}};
    NodePtr left = WALLE_TRY(parse_sum(depth));
    const bool negated = is("not");
    if (negated) {
      WALLE_TRY(take());
      if (!is("in")) return expected("'in'");
    }
    for (const auto& [symbol, op] : kOps) {
      if (!is(symbol)) continue;
      WALLE_TRY(take());
      NodePtr right = WALLE_TRY(parse_sum(depth));
      NodePtr node = WALLE_TRY(make(op, std::move(left), std::move(right)));
      if (!negated) return node;
      return make(Op::logical_not, std::move(node));
    }
    return left;
  }

  Result<NodePtr> parse_sum(size_t depth) {
    NodePtr left = WALLE_TRY(parse_product(depth));
    while (is("+") || is("-")) {
      const Op op = is("+") ? Op::add : Op::subtract;
      WALLE_TRY(take());
      NodePtr right = WALLE_TRY(parse_product(depth));
      left = WALLE_TRY(make(op, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<NodePtr> parse_product(size_t depth) {
    NodePtr left = WALLE_TRY(parse_unary(depth));
    while (is("*") || is("/") || is("%")) {
      const Op op = is("*") ? Op::multiply : is("/") ? Op::divide : Op::remainder;
      WALLE_TRY(take());
      NodePtr right = WALLE_TRY(parse_unary(depth));
      left = WALLE_TRY(make(op, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<NodePtr> parse_unary(size_t depth) {
    if (!is("-")) return parse_postfix(depth);
    if (depth > kMaxExpressionDepth) return error("nested deeper than " + std::to_string(kMaxExpressionDepth));
    WALLE_TRY(take());
    NodePtr input = WALLE_TRY(parse_unary(depth + 1));
    return make(Op::negate, std::move(input));
  }

  Result<NodePtr> parse_postfix(size_t depth) {
    NodePtr node = WALLE_TRY(parse_primary(depth));
    while (is(".") || is("[")) {
      const bool dot = is(".");
      WALLE_TRY(take());
      if (dot) {
        if (token_.kind != TokenKind::name) return expected("a field's name");
        node = WALLE_TRY(make(Op::field, std::move(node)));
        node->name = token_.text;
        WALLE_TRY(take());
      } else {
        NodePtr index = WALLE_TRY(parse_or(depth + 1));
        node = WALLE_TRY(make(Op::index, std::move(node), std::move(index)));
        WALLE_TRY(need("]"));
      }
    }
    return node;
  }

  Result<NodePtr> literal(Value value) {
    auto node = std::make_unique<Expression::Node>();
    node->value = std::move(value);
    WALLE_TRY(take());
    return node;
  }

  Result<NodePtr> parse_primary(size_t depth) {
    if (token_.kind == TokenKind::number) return parse_number();
    if (token_.kind == TokenKind::string) return literal(string_);
    if (is("(")) {
      WALLE_TRY(take());
      NodePtr node = WALLE_TRY(parse_or(depth + 1));
      WALLE_TRY(need(")"));
      return node;
    }
    if (is("[")) {
      WALLE_TRY(take());
      return parse_list(Op::list, "]", depth);
    }
    if (token_.kind != TokenKind::name || is("and") || is("or") || is("not") || is("in"))
      return expected("a value or a field");
    return parse_name(depth);
  }

  Result<NodePtr> parse_number() {
    const std::string text(token_.text);
    if (text.find_first_of(".eE") == std::string::npos) {
      errno = 0;
      const long long integer = std::strtoll(text.c_str(), nullptr, 10);
      if (errno == 0) return literal(static_cast<int64_t>(integer));
    }
    return literal(std::strtod(text.c_str(), nullptr));
  }

  Result<NodePtr> parse_name(size_t depth) {
    if (is("true") || is("false")) return literal(is("true"));
    if (is("null")) return literal(nullptr);
    const Token name = token_;
    WALLE_TRY(take());
    if (is("(")) {
      const Function* function = find_function(name.text);
      if (function == nullptr) {
        token_ = name;
        return error("no function '" + std::string(name.text.substr(0, 40)) + "'; there are " + function_names());
      }
      WALLE_TRY(take());
      NodePtr node = WALLE_TRY(parse_list(Op::call, ")", depth));
      node->function = function;
      if (node->inputs.size() >= function->least && node->inputs.size() <= function->most) return node;
      token_ = name;
      return error("'" + std::string(name.text) + "' takes " + std::to_string(function->least) + " to " +
                   std::to_string(function->most) + " arguments, not " + std::to_string(node->inputs.size()));
    }
    auto node = std::make_unique<Expression::Node>();
    node->op = name.text == "_" ? Op::whole : Op::field;
    node->name = name.text;
    return node;
  }

  Result<NodePtr> parse_list(Op op, std::string_view closing, size_t depth) {
    auto node = std::make_unique<Expression::Node>();
    node->op = op;
    while (!is(closing)) {
      node->inputs.push_back(WALLE_TRY(parse_or(depth + 1)));
      node->depth = std::max(node->depth, node->inputs.back()->depth + 1);
      if (!is(",")) break;
      WALLE_TRY(take());
    }
    WALLE_TRY(need(closing));
    return node;
  }

  std::string_view text_;
  size_t at_ = 0;
  Token token_;
  std::string string_;
};

}  // namespace

Result<NodePtr> parse_text(std::string_view text) { return Parser(text).parse(); }

}  // namespace walle::expression
