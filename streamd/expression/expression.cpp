#include "streamd/expression/expression.h"

#include <optional>

#include "streamd/expression/node.h"

namespace walle::expression {
namespace {

using Node = Expression::Node;

Result<Value> run(const Node& node, const Value& root);

/// Field access without a copy of what lies on the way: null if it is not a path or absent.
const Value* locate(const Node& node, const Value& root) {
  if (node.op == Op::whole) return &root;
  if (node.op != Op::field) return nullptr;
  const Value* base = node.inputs.empty() ? &root : locate(*node.inputs[0], root);
  if (base == nullptr || !base->is_object()) return nullptr;
  const auto member = base->find(node.name);
  return member == base->end() ? nullptr : &*member;
}

Result<Value> run_field(const Node& node, const Value& root) {
  if (const Value* found = locate(node, root)) return *found;
  if (node.inputs.empty() || node.inputs[0]->op == Op::field || node.inputs[0]->op == Op::whole) return Value();
  const Value base = WALLE_TRY(run(*node.inputs[0], root));
  if (!base.is_object()) return Value();
  const auto member = base.find(node.name);
  return member == base.end() ? Value() : *member;
}

Result<Value> run_index(const Node& node, const Value& root) {
  const Value base = WALLE_TRY(run(*node.inputs[0], root));
  const Value index = WALLE_TRY(run(*node.inputs[1], root));
  if (base.is_object() && index.is_string()) {
    const auto member = base.find(index.get_ref<const std::string&>());
    return member == base.end() ? Value() : *member;
  }
  if (!base.is_array() || !index.is_number_integer()) return Value();
  const auto size = static_cast<int64_t>(base.size());
  const int64_t at = index.get<int64_t>() < 0 ? index.get<int64_t>() + size : index.get<int64_t>();
  return at < 0 || at >= size ? Value() : base[static_cast<size_t>(at)];
}

Result<Value> run_call(const Node& node, const Value& root) {
  std::vector<Value> arguments;
  arguments.reserve(node.inputs.size());
  for (const auto& input : node.inputs) arguments.push_back(WALLE_TRY(run(*input, root)));
  if (node.op == Op::list) return Value(std::move(arguments));
  return node.function->call(arguments);
}

Result<Value> run_logic(const Node& node, const Value& root) {
  const bool left = is_true(WALLE_TRY(run(*node.inputs[0], root)));
  if (node.op == Op::logical_not) return Value(!left);
  if (left == (node.op == Op::logical_or)) return Value(left);
  return Value(is_true(WALLE_TRY(run(*node.inputs[1], root))));
}

Result<Value> run_binary(const Node& node, const Value& root) {
  const Value left = WALLE_TRY(run(*node.inputs[0], root));
  const Value right = WALLE_TRY(run(*node.inputs[1], root));
  if (node.op == Op::in) return contains(left, right);
  return node.op < Op::add ? compare(node.op, left, right) : arithmetic(node.op, left, right);
}

Result<Value> run(const Node& node, const Value& root) {
  switch (node.op) {
    case Op::literal:
      return node.value;
    case Op::whole:
      return root;
    case Op::field:
      return run_field(node, root);
    case Op::index:
      return run_index(node, root);
    case Op::list:
    case Op::call:
      return run_call(node, root);
    case Op::logical_or:
    case Op::logical_and:
    case Op::logical_not:
      return run_logic(node, root);
    case Op::negate:
      return arithmetic(Op::subtract, Value(int64_t{0}), WALLE_TRY(run(*node.inputs[0], root)));
    default:
      return run_binary(node, root);
  }
}

}  // namespace

bool is_true(const Value& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value != Value(0);
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_binary()) return !value.get_binary().empty();
  return !value.is_null() && !value.empty();
}

Result<Expression> Expression::parse(std::string_view text) {
  if (text.size() > kMaxExpressionBytes) {
    return fail(ErrorCode::invalid_argument, "an expression of " + std::to_string(text.size()) +
                                                 " bytes is over the limit of " + std::to_string(kMaxExpressionBytes));
  }
  Expression expression;
  expression.text_ = text;
  expression.root_ = WALLE_TRY(parse_text(expression.text_));
  return expression;
}

Result<Value> Expression::evaluate(const Value& value) const {
  auto result = run(*root_, value);
  if (!result) return fail(result.error().with("'" + text_ + "'"));
  return result;
}

Result<bool> Expression::test(const Value& value) const { return is_true(WALLE_TRY(evaluate(value))); }

}  // namespace walle::expression
