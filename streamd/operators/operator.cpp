#include "streamd/operators/operator.h"

#include "streamd/expression/expression.h"

namespace walle::operators {

Result<std::unique_ptr<Operator>> make_operator(std::string_view name, std::span<const Argument> arguments,
                                                const Limits& limits) {
  std::string names;
  for (const OperatorDef* def : operator_defs()) {
    if (def->name == name) {
      auto made = def->make(arguments, limits);
      if (!made) return fail(made.error().with(std::string(def->usage)));
      return made;
    }
    names += (names.empty() ? "" : ", ") + std::string(def->name);
  }
  return fail(ErrorCode::not_found, "no operator '" + std::string(name.substr(0, 64)) + "'; there are " + names);
}

Result<Function> function_of(const Argument& argument) {
  if (const auto* function = std::get_if<Function>(&argument)) return *function;
  const Value& value = std::get<Value>(argument);
  if (!value.is_string()) {
    return fail(ErrorCode::invalid_argument,
                "needs a function or an expression in text, not " + std::string(value.type_name()));
  }
  const auto parsed = expression::Expression::parse(value.get_ref<const std::string&>());
  if (!parsed) return fail(parsed.error());
  return Function([text = *parsed](std::span<const Value> arguments) { return text.evaluate(arguments[0]); });
}

}  // namespace walle::operators
