#pragma once

#include <string>
#include <string_view>

#include "libwalle/base/result.h"
#include "streamd/trigger/condition.h"

namespace walle::trigger {

enum class TokenKind : uint8_t { end, name, number, dots, dot, bang, question, plus, star, open, close, bar, other };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  size_t position = 0;
  bool space_before = false;
};

/// Cuts a condition into tokens, one ahead. A number is a digit and what follows of letters and digits ("10m", "3").
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { take(); }
  [[nodiscard]] const Token& peek() const { return token_; }
  Token take();
  [[nodiscard]] bool at_word(std::string_view word) const {
    return token_.kind == TokenKind::name && token_.text == word;
  }
  /// "condition, position N: found X, expected Y".
  [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const;
  /// The same frame with another message.
  [[nodiscard]] static tl::unexpected<Error> error_at(size_t position, std::string_view message);

 private:
  std::string_view text_;
  size_t at_ = 0;
  Token token_;
};

/// Parts of the grammar that kinds share.
[[nodiscard]] Result<Name> scan_name(Scanner& scanner);            ///< id | page "." id | page ".*" | "*"
[[nodiscard]] Result<int64_t> scan_duration_us(Scanner& scanner);  ///< > 0 and bounded

}  // namespace walle::trigger
