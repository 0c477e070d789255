#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::expression {

inline constexpr size_t kMaxExpressionBytes = 4096;
inline constexpr size_t kMaxExpressionDepth = 64;

/// A small safe expression over one value (an event, a row):
///   or, and, not; == != < <= > >= in; + - * / %; unary -; ( ); numbers, "text" or 'text', true, false, null;
///   fields: a, a.b, a["b"], a[0]; `_` is the whole value; [x, y] makes a list;
///   functions: abs, round, floor, ceil, sqrt, min, max, len, str, int, float, lower, upper, has(field).
/// A missing field is null; null in arithmetic gives null; a comparison with null (but == and !=) is false; wrong types
/// in arithmetic are an error that names them. Division by zero gives null. `and`/`or` stop early and yield booleans;
/// null, false, 0, "" and empty lists count as false. No loops and no allocation beyond the result: evaluation is
/// linear in the text. Immutable after parsing: share between threads freely.
class Expression {
 public:
  /// Errors: invalid_argument "expression, position N: found X, expected Y"; bounds above.
  [[nodiscard]] static Result<Expression> parse(std::string_view text);
  /// Errors: invalid_argument naming operator and types.
  [[nodiscard]] Result<Value> evaluate(const Value& value) const;
  /// Evaluates to a truth value by the rule above.
  [[nodiscard]] Result<bool> test(const Value& value) const;
  [[nodiscard]] const std::string& text() const { return text_; }

  struct Node;

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

/// The truth value of any value, as in conditions.
[[nodiscard]] bool is_true(const Value& value);

}  // namespace walle::expression
