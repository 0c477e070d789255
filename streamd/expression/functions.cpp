#include <algorithm>
#include <array>
#include <cmath>

#include "streamd/expression/node.h"

namespace walle::expression {
namespace {

using Arguments = std::vector<Value>;

tl::unexpected<Error> needs(std::string_view function, std::string_view what, const Value& got) {
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(function) + "' needs " + std::string(what) + ", not " + got.type_name());
}

template <double (*compute)(double)>
Result<Value> rounding(Arguments& a) {
  if (a[0].is_null() || a[0].is_number_integer()) return a[0];
  if (!a[0].is_number()) return needs("floor, ceil, round", "a number", a[0]);
  const double rounded = compute(a[0].get<double>());
  if (!(std::fabs(rounded) < 9e18)) return Value(rounded);
  return Value(static_cast<int64_t>(rounded));
}

Result<Value> absolute(Arguments& a) {
  if (a[0].is_null()) return a[0];
  if (!a[0].is_number()) return needs("abs", "a number", a[0]);
  if (a[0].is_number_float()) return Value(std::fabs(a[0].get<double>()));
  const Value zero(int64_t{0});
  return a[0] < zero ? arithmetic(Op::subtract, zero, a[0]) : Result<Value>(a[0]);
}

Result<Value> square_root(Arguments& a) {
  if (a[0].is_null()) return a[0];
  if (!a[0].is_number()) return needs("sqrt", "a number", a[0]);
  const double x = a[0].get<double>();
  return x < 0 ? Value() : Value(std::sqrt(x));
}

template <Op wanted>
Result<Value> extreme(Arguments& a) {
  Arguments values = a.size() == 1 && a[0].is_array() ? a[0].get<Arguments>() : a;
  Value best;
  for (const Value& value : values) {
    if (value.is_null()) continue;
    if (best.is_null() || WALLE_TRY(compare(wanted, value, best)).get<bool>()) best = value;
  }
  return best;
}

Result<Value> length(Arguments& a) {
  if (a[0].is_null()) return Value(int64_t{0});
  if (a[0].is_string()) return Value(static_cast<int64_t>(a[0].get_ref<const std::string&>().size()));
  if (a[0].is_binary()) return Value(static_cast<int64_t>(a[0].get_binary().size()));
  if (a[0].is_structured()) return Value(static_cast<int64_t>(a[0].size()));
  return needs("len", "a text, bytes, list or map", a[0]);
}

Result<Value> to_text(Arguments& a) { return a[0].is_string() ? a[0] : Value(to_json(a[0])); }

Result<Value> to_integer(Arguments& a) {
  if (a[0].is_boolean()) return Value(static_cast<int64_t>(a[0].get<bool>()));
  if (a[0].is_number()) return rounding<std::trunc>(a);
  if (!a[0].is_string()) return Value();
  const auto& text = a[0].get_ref<const std::string&>();
  char* end = nullptr;
  const long long value = std::strtoll(text.c_str(), &end, 10);
  return text.empty() || *end != '\0' ? Value() : Value(static_cast<int64_t>(value));
}

Result<Value> to_float(Arguments& a) {
  if (a[0].is_number()) return Value(a[0].get<double>());
  if (a[0].is_boolean()) return Value(a[0].get<bool>() ? 1.0 : 0.0);
  if (!a[0].is_string()) return Value();
  const auto& text = a[0].get_ref<const std::string&>();
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return text.empty() || *end != '\0' ? Value() : Value(value);
}

template <char first, char last, int shift>
Result<Value> change_case(Arguments& a) {
  if (!a[0].is_string()) return a[0].is_null() ? Result<Value>(Value()) : needs("lower, upper", "a text", a[0]);
  std::string text = a[0].get<std::string>();
  for (char& c : text) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return Value(text);
}

Result<Value> is_there(Arguments& a) { return Value(!a[0].is_null()); }

constexpr std::array kFunctions{
    Function{"abs", 1, 1, absolute},
    Function{"ceil", 1, 1, rounding<std::ceil>},
    Function{"float", 1, 1, to_float},
    Function{"floor", 1, 1, rounding<std::floor>},
    Function{"has", 1, 1, is_there},
    Function{"int", 1, 1, to_integer},
    Function{"len", 1, 1, length},
    Function{"lower", 1, 1, change_case<'A', 'Z', 32>},
    Function{"max", 1, 16, extreme<Op::greater>},
    Function{"min", 1, 16, extreme<Op::less>},
    Function{"round", 1, 1, rounding<std::nearbyint>},
    Function{"sqrt", 1, 1, square_root},
    Function{"str", 1, 1, to_text},
    Function{"upper", 1, 1, change_case<'a', 'z', -32>},
};

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

std::string function_names() {
  std::string names;
  for (const Function& function : kFunctions) names += (names.empty() ? "" : ", ") + std::string(function.name);
  return names;
}

}  // namespace walle::expression
