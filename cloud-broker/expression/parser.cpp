#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>

#include "cloud-broker/expression/node.h"

namespace walle::expression {
namespace {

struct Comparison {
  std::string_view sign;
  Op op;
};
// Longer signs first, so that "<=" is not read as "<".
constexpr std::array kComparisons = {
    Comparison{"==", Op::equal},    Comparison{"!=", Op::differ}, Comparison{"<=", Op::at_most},
    Comparison{">=", Op::at_least}, Comparison{"<", Op::less},    Comparison{">", Op::more},
};
constexpr std::array kMethods = {
    Comparison{"startsWith", Op::starts},
    Comparison{"endsWith", Op::ends},
    Comparison{"contains", Op::contains},
};

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NodePtr> whole() {
    NodePtr root = WALLE_TRY(either(0));
    skip();
    if (at_ != text_.size()) return wrong("expected &&, || or the end");
    return root;
  }

 private:
  tl::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::invalid_argument,
                "expression, column " + std::to_string(at_ + 1) + ": " + std::string(what));
  }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool take(std::string_view sign) {
    skip();
    if (text_.substr(at_, sign.size()) != sign) return false;
    at_ += sign.size();
    return true;
  }

  bool take_word(std::string_view word) {
    skip();
    if (text_.substr(at_, word.size()) != word) return false;
    if (at_ + word.size() < text_.size() && in_word(text_[at_ + word.size()])) return false;
    at_ += word.size();
    return true;
  }

  NodePtr make(Op op, std::vector<NodePtr> children, size_t from) const {
    auto node = std::make_shared<Node>();
    node->op = op;
    node->children = std::move(children);
    node->from = from;
    node->to = at_;
    return node;
  }

  Result<NodePtr> either(size_t depth) {
    if (depth > kMaxDepth) return wrong("nested too deeply");
    skip();
    const size_t from = at_;
    NodePtr left = WALLE_TRY(both(depth));
    while (take("||")) {
      NodePtr right = WALLE_TRY(both(depth));
      left = make(Op::either, {left, right}, from);
    }
    return left;
  }

  Result<NodePtr> both(size_t depth) {
    skip();
    const size_t from = at_;
    NodePtr left = WALLE_TRY(negation(depth));
    while (take("&&")) {
      NodePtr right = WALLE_TRY(negation(depth));
      left = make(Op::both, {left, right}, from);
    }
    return left;
  }

  Result<NodePtr> negation(size_t depth) {
    if (depth > kMaxDepth) return wrong("nested too deeply");
    skip();
    const size_t from = at_;
    if (text_.substr(at_, 2) == "!=" || !take("!")) return comparison(depth);
    NodePtr inner = WALLE_TRY(negation(depth + 1));
    return make(Op::negate, {inner}, from);
  }

  Result<NodePtr> comparison(size_t depth) {
    skip();
    const size_t from = at_;
    NodePtr left = WALLE_TRY(operand(depth));
    for (const Comparison& candidate : kComparisons) {
      if (!take(candidate.sign)) continue;
      NodePtr right = WALLE_TRY(operand(depth));
      return make(candidate.op, {left, right}, from);
    }
    if (take_word("in")) {
      NodePtr right = WALLE_TRY(list());
      return make(Op::within, {left, right}, from);
    }
    return left;
  }

  Result<NodePtr> operand(size_t depth) {
    skip();
    if (at_ >= text_.size()) return wrong("expected a name, a literal or (");
    const char c = text_[at_];
    if (c == '(') {
      ++at_;
      NodePtr inner = WALLE_TRY(either(depth + 1));
      if (!take(")")) return wrong("expected )");
      return inner;
    }
    if (c == '"' || c == '\'' || c == '-' || std::isdigit(static_cast<unsigned char>(c)) != 0) return literal();
    if (!starts_word(c)) return wrong("expected a name, a literal or (");
    if (take_word("true")) return constant(true);
    if (take_word("false")) return constant(false);
    return path();
  }

  NodePtr constant(Value value) const {
    auto node = std::make_shared<Node>();
    node->literal = std::move(value);
    return node;
  }

  Result<NodePtr> literal() {
    skip();
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      std::string text = WALLE_TRY(quoted());
      return constant(Value(std::move(text)));
    }
    const size_t from = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    bool real = false;
    while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.')) {
      real = real || text_[at_] == '.';
      ++at_;
    }
    const std::string digits(text_.substr(from, at_ - from));
    char* end = nullptr;
    const double number = std::strtod(digits.c_str(), &end);
    if (digits.empty() || digits == "-" || *end != '\0') {
      at_ = from;
      return wrong("expected a literal");
    }
    if (real || digits.size() > 18) return constant(Value(number));
    return constant(Value(static_cast<int64_t>(std::strtoll(digits.c_str(), nullptr, 10))));
  }

  Result<std::string> quoted() {
    const char quote = text_[at_];
    const size_t from = at_++;
    std::string text;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      text.push_back(text_[at_++]);
    }
    if (at_ >= text_.size()) {
      at_ = from;
      return wrong("this string is not closed");
    }
    ++at_;
    return text;
  }

  Result<NodePtr> list() {
    skip();
    const size_t from = at_;
    if (!take("[")) return wrong("expected [ after in");
    std::vector<NodePtr> items;
    while (!take("]")) {
      if (!items.empty() && !take(",")) return wrong("expected , or ]");
      if (take_word("true")) {
        items.push_back(constant(true));
      } else if (take_word("false")) {
        items.push_back(constant(false));
      } else {
        items.push_back(WALLE_TRY(literal()));
      }
    }
    return make(Op::list, std::move(items), from);
  }

  std::string word() {
    const size_t from = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    return std::string(text_.substr(from, at_ - from));
  }

  Result<NodePtr> path() {
    const size_t from = at_;
    std::string first = word();
    if (first == "has" && take("(")) {
      skip();
      if (at_ >= text_.size() || !starts_word(text_[at_])) return wrong("expected a name in has()");
      NodePtr inner = WALLE_TRY(path());
      if (inner->op != Op::path) return wrong("has() takes a name");
      if (!take(")")) return wrong("expected )");
      return make(Op::has, {inner}, from);
    }
    auto node = std::make_shared<Node>();
    node->op = Op::path;
    node->from = from;
    node->path.push_back(std::move(first));
    while (at_ < text_.size() && (text_[at_] == '.' || text_[at_] == '[')) {
      const char sign = text_[at_++];
      if (sign == '[') {
        skip();
        if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return wrong("expected a quoted key");
        node->path.push_back(WALLE_TRY(quoted()));
        if (!take("]")) return wrong("expected ]");
        continue;
      }
      if (at_ >= text_.size() || !starts_word(text_[at_])) return wrong("expected a name after .");
      std::string name = word();
      if (at_ < text_.size() && text_[at_] == '(') {
        node->to = at_;
        return method(node, name, from);
      }
      node->path.push_back(std::move(name));
    }
    node->to = at_;
    return NodePtr(node);
  }

  Result<NodePtr> method(NodePtr object, std::string_view name, size_t from) {
    for (const Comparison& candidate : kMethods) {
      if (candidate.sign != name) continue;
      ++at_;
      skip();
      if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return wrong("expected a string");
      NodePtr argument = constant(Value(WALLE_TRY(quoted())));
      if (!take(")")) return wrong("expected )");
      return make(candidate.op, {std::move(object), std::move(argument)}, from);
    }
    return wrong("no function '" + std::string(name) + "'; there are has, startsWith, endsWith, contains");
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<NodePtr> parse_tree(std::string_view text) { return Parser(text).whole(); }

}  // namespace walle::expression
