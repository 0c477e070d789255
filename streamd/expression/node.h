#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "streamd/expression/expression.h"

namespace walle::expression {

enum class Op : uint8_t {
  literal,
  whole,
  field,
  index,
  list,
  call,
  logical_or,
  logical_and,
  logical_not,
  negate,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  add,
  subtract,
  multiply,
  divide,
  remainder,
};

struct Function;

struct Expression::Node {
  Op op = Op::literal;
  Value value;       ///< literal
  std::string name;  ///< field
  const Function* function = nullptr;
  std::vector<std::unique_ptr<Node>> inputs;
  size_t depth = 1;
};
using NodePtr = std::unique_ptr<Expression::Node>;

/// A function that expressions may call.
struct Function {
  std::string_view name;
  size_t least, most;  ///< arguments
  Result<Value> (*call)(std::vector<Value>& arguments);
};

/// Null for an unknown name.
[[nodiscard]] const Function* find_function(std::string_view name);
/// "abs, ceil, …" for messages.
[[nodiscard]] std::string function_names();

[[nodiscard]] Result<Value> arithmetic(Op op, const Value& a, const Value& b);
[[nodiscard]] Result<Value> compare(Op op, const Value& a, const Value& b);
[[nodiscard]] Result<Value> contains(const Value& item, const Value& container);

[[nodiscard]] Result<NodePtr> parse_text(std::string_view text);

}  // namespace walle::expression
