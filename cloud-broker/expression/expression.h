#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::expression {

/// Longest text, and deepest nesting, that `parse` accepts.
inline constexpr size_t kMaxText = 4096;
inline constexpr size_t kMaxDepth = 64;

/// Outcome of an expression over a profile. A missing key or a wrong type makes a comparison unknown; `&&`, `||` and
/// `!` follow Kleene's logic, so `unknown || true` is true; what stays unknown at the top does not match.
enum class Truth : uint8_t { no, yes, unknown };

struct Node;

/// A parsed predicate over a device's profile, for example `labels.room == "reading" && memory_mb >= 512`.
/// Grammar (a subset of CEL): `||`, `&&`, `!`, comparisons `== != < <= > >=`, `x in ["a", "b"]`, `has(x)`,
/// `x.startsWith("a")`, `x.endsWith("a")`, `x.contains("a")`, paths `a.b`, `a["b"]`, literals: strings, numbers, true,
/// false. Immutable; copies share the tree; thread-safe.
class Expression {
 public:
  /// Matches every device.
  Expression() = default;

  /// Errors: invalid_argument with the 1-based column and what was expected there.
  [[nodiscard]] static Result<Expression> parse(std::string_view text);

  [[nodiscard]] Truth evaluate(const Value& profile) const;
  [[nodiscard]] bool matches(const Value& profile) const { return evaluate(profile) == Truth::yes; }

  /// Why the expression does not match, naming each part that decided it and what the profile holds there; empty when
  /// it matches.
  [[nodiscard]] std::string explain(const Value& profile) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  /// True for the default: no predicate at all.
  [[nodiscard]] bool empty() const { return root_ == nullptr; }

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

}  // namespace walle::expression
