#include "streamd/trigger/scanner.h"

#include "libwalle/base/parse.h"

namespace walle::trigger {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

TokenKind kind_of(char c) {
  switch (c) {
    case '.':
      return TokenKind::dot;
    case '!':
      return TokenKind::bang;
    case '?':
      return TokenKind::question;
    case '+':
      return TokenKind::plus;
    case '*':
      return TokenKind::star;
    case '(':
      return TokenKind::open;
    case ')':
      return TokenKind::close;
    case '|':
      return TokenKind::bar;
    default:
      return TokenKind::other;
  }
}

}  // namespace

Token Scanner::take() {
  const Token taken = token_;
  const size_t before = at_;
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  token_ = {TokenKind::end, {}, at_, at_ > before || at_ == 0};
  if (at_ == text_.size()) return taken;
  const size_t begin = at_;
  const char first = text_[at_++];
  if (is_letter(first)) {
    token_.kind = TokenKind::name;
    while (at_ < text_.size() &&
           (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '_' || text_[at_] == '-'))
      ++at_;
  } else if (is_digit(first)) {
    token_.kind = TokenKind::number;
    while (at_ < text_.size() && (is_digit(text_[at_]) || is_letter(text_[at_]))) ++at_;
  } else if (first == '.' && at_ < text_.size() && text_[at_] == '.') {
    token_.kind = TokenKind::dots;
    ++at_;
  } else {
    token_.kind = kind_of(first);
  }
  token_.text = text_.substr(begin, at_ - begin);
  return taken;
}

tl::unexpected<Error> Scanner::error_at(size_t position, std::string_view message) {
  return fail(ErrorCode::invalid_argument,
              "condition, position " + std::to_string(position + 1) + ": " + std::string(message));
}

tl::unexpected<Error> Scanner::expected(std::string_view what) const {
  std::string found = "the end";
  if (token_.kind == TokenKind::other) {
    const auto byte = static_cast<unsigned char>(token_.text.front());
    found = byte > ' ' && byte < 0x7f ? "'" + std::string(token_.text) + "'" : "byte " + std::to_string(byte);
  } else if (token_.kind != TokenKind::end) {
    found = "'" + std::string(token_.text.substr(0, 64)) + "'";
  }
  return error_at(token_.position, "found " + found + ", expected " + std::string(what));
}

namespace {

Result<std::string> scan_plain_name(Scanner& scanner) {
  for (const char* word : {"within", "every", "each"}) {
    if (scanner.at_word(word)) return scanner.expected("an event name ('" + std::string(word) + "' is a keyword)");
  }
  if (!is_name(scanner.peek().text)) return scanner.expected("a name of at most 64 characters");
  return std::string(scanner.take().text);
}

}  // namespace

Result<Name> scan_name(Scanner& scanner) {
  if (scanner.peek().kind == TokenKind::star) {
    scanner.take();
    return Name{};
  }
  if (scanner.peek().kind != TokenKind::name)
    return scanner.expected("an event (id, page.id, *, or a group in parentheses)");
  Name name{.page = {}, .id = WALLE_TRY(scan_plain_name(scanner))};
  if (scanner.peek().kind != TokenKind::dot || scanner.peek().space_before) return name;
  scanner.take();
  name.page = std::move(name.id);
  name.id.clear();
  if (scanner.peek().space_before) return scanner.expected("an event id right behind the dot");
  if (scanner.peek().kind == TokenKind::star) {
    scanner.take();
    return name;
  }
  if (scanner.peek().kind != TokenKind::name) return scanner.expected("an event id or * behind the page's dot");
  name.id = WALLE_TRY(scan_plain_name(scanner));
  return name;
}

Result<int64_t> scan_duration_us(Scanner& scanner) {
  if (scanner.peek().kind != TokenKind::number) return scanner.expected("a duration, for example 10m");
  const auto duration = parse_duration_us(scanner.peek().text);
  if (!duration || *duration <= 0 || *duration > kMaxDurationUs) {
    return scanner.expected("a duration from 1us to 366d, for example 10m");
  }
  scanner.take();
  return *duration;
}

}  // namespace walle::trigger
