#include <cmath>
#include <limits>

#include "streamd/expression/node.h"

namespace walle::expression {
namespace {

constexpr size_t kMaxTextBytes = 1U << 20;

std::string_view symbol_of(Op op) {
  switch (op) {
    case Op::add:
      return "+";
    case Op::subtract:
      return "-";
    case Op::multiply:
      return "*";
    case Op::divide:
      return "/";
    case Op::remainder:
      return "%";
    case Op::less:
      return "<";
    case Op::less_equal:
      return "<=";
    case Op::greater:
      return ">";
    case Op::greater_equal:
      return ">=";
    default:
      return "in";
  }
}

tl::unexpected<Error> wrong_types(Op op, const Value& a, const Value& b) {
  return fail(ErrorCode::invalid_argument,
              "cannot compute " + std::string(a.type_name()) + " " + std::string(symbol_of(op)) + " " + b.type_name());
}

bool is_small_integer(const Value& v) {
  return v.is_number_integer() && (!v.is_number_unsigned() || v.get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX));
}

/// Integers stay integers while they fit.
Value integers(Op op, int64_t a, int64_t b) {
  int64_t out = 0;
  switch (op) {
    case Op::add:
      return __builtin_add_overflow(a, b, &out) ? Value(static_cast<double>(a) + static_cast<double>(b)) : Value(out);
    case Op::subtract:
      return __builtin_sub_overflow(a, b, &out) ? Value(static_cast<double>(a) - static_cast<double>(b)) : Value(out);
    case Op::multiply:
      return __builtin_mul_overflow(a, b, &out) ? Value(static_cast<double>(a) * static_cast<double>(b)) : Value(out);
    case Op::divide:
      return b == 0 ? Value() : Value(static_cast<double>(a) / static_cast<double>(b));
    default:
      break;
  }
  if (b == 0) return {};
  if (b == -1) return int64_t{0};
  out = a % b;
  return out != 0 && (out < 0) != (b < 0) ? out + b : out;  // sign of the divisor, as in Python
}

Value floats(Op op, double a, double b) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return b == 0 ? Value() : Value(a / b);
    default:
      break;
  }
  if (b == 0) return {};
  const double out = std::fmod(a, b);
  return out != 0 && (out < 0) != (b < 0) ? out + b : out;
}

}  // namespace

Result<Value> arithmetic(Op op, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Value();
  if (a.is_number() && b.is_number()) {
    if (is_small_integer(a) && is_small_integer(b)) return integers(op, a.get<int64_t>(), b.get<int64_t>());
    return floats(op, a.get<double>(), b.get<double>());
  }
  if (op != Op::add || !a.is_string() || !b.is_string()) return wrong_types(op, a, b);
  const auto& left = a.get_ref<const std::string&>();
  const auto& right = b.get_ref<const std::string&>();
  if (left.size() + right.size() > kMaxTextBytes) return fail(ErrorCode::resource_exhausted, "a text over 1 MiB");
  return Value(left + right);
}

Result<Value> compare(Op op, const Value& a, const Value& b) {
  if (op == Op::equal) return Value(a == b);
  if (op == Op::not_equal) return Value(a != b);
  if (a.is_null() || b.is_null()) return Value(false);
  const bool alike =
      (a.is_number() && b.is_number()) || (a.is_string() && b.is_string()) || (a.is_boolean() && b.is_boolean());
  if (!alike) return wrong_types(op, a, b);
  switch (op) {
    case Op::less:
      return Value(a < b);
    case Op::less_equal:
      return Value(a <= b);
    case Op::greater:
      return Value(a > b);
    default:
      return Value(a >= b);
  }
}

Result<Value> contains(const Value& item, const Value& container) {
  if (container.is_null()) return Value(false);
  if (container.is_array()) return Value(std::find(container.begin(), container.end(), item) != container.end());
  if (container.is_object() && item.is_string()) return Value(container.contains(item.get_ref<const std::string&>()));
  if (container.is_string() && item.is_string()) {
    return Value(container.get_ref<const std::string&>().find(item.get_ref<const std::string&>()) != std::string::npos);
  }
  return wrong_types(Op::in, item, container);
}

}  // namespace walle::expression
