#include "streamd/operators/fold.h"

#include <cmath>
#include <optional>

#include "streamd/expression/expression.h"

namespace walle::operators {
namespace {

using expression::Expression;

enum class Aggregate : uint8_t { count, first, last, max, mean, min, sum };
constexpr std::pair<std::string_view, Aggregate> kAggregates[] = {
    {"count", Aggregate::count}, {"first", Aggregate::first}, {"last", Aggregate::last}, {"max", Aggregate::max},
    {"mean", Aggregate::mean},   {"min", Aggregate::min},     {"sum", Aggregate::sum}};

class AggregateFold final : public Fold {
 public:
  AggregateFold(Aggregate kind, std::optional<Expression> of) : kind_(kind), of_(std::move(of)) {}

  Status add(Folded& state, const Value& whole) const override {
    const Value value = of_ ? WALLE_TRY(of_->evaluate(whole)) : whole;
    if (value.is_null()) return {};
    ++state.count;
    switch (kind_) {
      case Aggregate::count:
        return {};
      case Aggregate::sum:
      case Aggregate::mean:
        return add_number(state, value);
      default:
        break;
    }
    const bool replaces = state.count == 1 || kind_ == Aggregate::last ||
                          (kind_ == Aggregate::min && value < state.value) ||
                          (kind_ == Aggregate::max && value > state.value);
    if (replaces) state.value = value;
    return {};
  }

  Value result(const Folded& state) const override {
    if (kind_ == Aggregate::count) return state.count;
    if (state.count == 0 || (kind_ != Aggregate::sum && kind_ != Aggregate::mean)) return state.value;
    const Value total =
        state.value.is_number_integer() ? state.value : Value(state.value.get<double>() + state.compensation);
    return kind_ == Aggregate::sum ? total : Value(total.get<double>() / static_cast<double>(state.count));
  }

 private:
  static Status add_number(Folded& state, const Value& value) {
    if (value.is_boolean()) return add_number(state, Value(int64_t{value.get<bool>()}));
    if (!value.is_number()) {
      return fail(ErrorCode::invalid_argument, "sum and mean need numbers, not " + std::string(value.type_name()));
    }
    if (state.count == 1) state.value = int64_t{0};
    int64_t total = 0;
    if (state.value.is_number_integer() && value.is_number_integer() &&
        !__builtin_add_overflow(state.value.get<int64_t>(), value.get<int64_t>(), &total)) {
      state.value = total;
      return {};
    }
    const double a = state.value.get<double>();
    const double b = value.get<double>();
    const double next = a + b;
    state.compensation += std::fabs(a) >= std::fabs(b) ? (a - next) + b : (b - next) + a;
    state.value = next;
    return {};
  }

  Aggregate kind_;
  std::optional<Expression> of_;
};

class FunctionFold final : public Fold {
 public:
  explicit FunctionFold(Function function) : function_(std::move(function)) {}

  Status add(Folded& state, const Value& value) const override {
    if (state.seen == 1) {
      state.value = value;
      return {};
    }
    const Value arguments[] = {state.value, value};
    state.value = WALLE_TRY(function_(arguments));
    return {};
  }

 private:
  Function function_;
};

/// "sum(contents.lux)", "count"; null if the text is no aggregate.
std::unique_ptr<Fold> aggregate_of(std::string_view text) {
  for (const auto& [name, kind] : kAggregates) {
    if (!text.starts_with(name)) continue;
    const std::string_view rest = text.substr(name.size());
    if (rest.empty() || rest == "()") return std::make_unique<AggregateFold>(kind, std::nullopt);
    if (!rest.starts_with("(") || !rest.ends_with(")")) continue;
    auto parsed = Expression::parse(rest.substr(1, rest.size() - 2));
    if (parsed) return std::make_unique<AggregateFold>(kind, std::move(*parsed));
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<Fold>> fold_of(const Argument& argument) {
  if (const auto* function = std::get_if<Function>(&argument)) return std::make_unique<FunctionFold>(*function);
  const Value& value = std::get<Value>(argument);
  if (!value.is_string()) return fail(ErrorCode::invalid_argument, "needs a function or a text");
  const auto& text = value.get_ref<const std::string&>();
  if (auto aggregate = aggregate_of(text)) return aggregate;
  const Expression parsed = WALLE_TRY(Expression::parse(text));
  return std::make_unique<FunctionFold>([parsed](std::span<const Value> arguments) {
    return parsed.evaluate(Value{{"acc", arguments[0]}, {"value", arguments[1]}});
  });
}

}  // namespace walle::operators
