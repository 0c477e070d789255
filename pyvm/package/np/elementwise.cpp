// walle.np: elementwise functions.
#include "libwalle/lib/np/elementwise.h"

#include <cmath>

#include "libwalle/lib/np/create.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_operand.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
template <const np::BinaryFunction& kFunction>
PyObject* binary(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"x1", "x2", nullptr};
  PyObject* a = nullptr;
  PyObject* b = nullptr;
  if (!parse_arguments(arguments, keywords, "OO", names, &a, &b)) return nullptr;
  return finish_scalar(apply_binary(kFunction, a, b));
}

template <const np::UnaryFunction& kFunction>
PyObject* unary(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"x", nullptr};
  np::Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  return finish_scalar(np::apply(kFunction, a));
}

/// round(a, decimals): as NumPy, by scaling.
PyObject* round(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "decimals", nullptr};
  np::Array a;
  int decimals = 0;
  if (!parse_arguments(arguments, keywords, "O&|i", names, array_converter, &a, &decimals)) return nullptr;
  if (decimals == 0 || !is_float(a.dtype())) return finish_scalar(np::apply(np::kRound, a));
  const double factor = std::pow(10.0, std::abs(decimals));
  auto scale = np::Array::copy_of(DType::f64, {}, &factor);
  if (!scale) return raise(scale.error());
  const np::Operand by{std::move(*scale), np::Weak::floating};
  auto scaled = np::apply(decimals > 0 ? np::kMultiply : np::kDivide, {a}, by);
  if (scaled) scaled = np::apply(np::kRound, *scaled);
  if (!scaled) return raise(scaled.error());
  return finish_scalar(np::apply(decimals > 0 ? np::kDivide : np::kMultiply, {*scaled}, by));
}

PyMethodDef functions[] = {np_function<binary<np::kAdd>>("add", "add(x1, x2)"),
                           np_function<binary<np::kSubtract>>("subtract", "subtract(x1, x2)"),
                           np_function<binary<np::kMultiply>>("multiply", "multiply(x1, x2)"),
                           np_function<binary<np::kDivide>>("divide", "divide(x1, x2)"),
                           np_function<binary<np::kDivide>>("true_divide", "true_divide(x1, x2)"),
                           np_function<binary<np::kFloorDivide>>("floor_divide", "floor_divide(x1, x2)"),
                           np_function<binary<np::kRemainder>>("remainder", "remainder(x1, x2)"),
                           np_function<binary<np::kRemainder>>("mod", "mod(x1, x2)"),
                           np_function<binary<np::kFmod>>("fmod", "fmod(x1, x2)"),
                           np_function<binary<np::kPower>>("power", "power(x1, x2)"),
                           np_function<binary<np::kMaximum>>("maximum", "maximum(x1, x2)"),
                           np_function<binary<np::kMinimum>>("minimum", "minimum(x1, x2)"),
                           np_function<binary<np::kArctan2>>("arctan2", "arctan2(x1, x2)"),
                           np_function<binary<np::kHypot>>("hypot", "hypot(x1, x2)"),
                           np_function<binary<np::kBitAnd>>("bitwise_and", "bitwise_and(x1, x2)"),
                           np_function<binary<np::kBitOr>>("bitwise_or", "bitwise_or(x1, x2)"),
                           np_function<binary<np::kBitXor>>("bitwise_xor", "bitwise_xor(x1, x2)"),
                           np_function<binary<np::kLeftShift>>("left_shift", "left_shift(x1, x2)"),
                           np_function<binary<np::kRightShift>>("right_shift", "right_shift(x1, x2)"),
                           np_function<binary<np::kEqual>>("equal", "equal(x1, x2)"),
                           np_function<binary<np::kNotEqual>>("not_equal", "not_equal(x1, x2)"),
                           np_function<binary<np::kLess>>("less", "less(x1, x2)"),
                           np_function<binary<np::kLessEqual>>("less_equal", "less_equal(x1, x2)"),
                           np_function<binary<np::kGreater>>("greater", "greater(x1, x2)"),
                           np_function<binary<np::kGreaterEqual>>("greater_equal", "greater_equal(x1, x2)"),
                           np_function<binary<np::kLogicalAnd>>("logical_and", "logical_and(x1, x2)"),
                           np_function<binary<np::kLogicalOr>>("logical_or", "logical_or(x1, x2)"),
                           np_function<binary<np::kLogicalXor>>("logical_xor", "logical_xor(x1, x2)"),
                           np_function<unary<np::kNegative>>("negative", "negative(x)"),
                           np_function<unary<np::kAbsolute>>("abs", "abs(x)"),
                           np_function<unary<np::kAbsolute>>("absolute", "absolute(x)"),
                           np_function<unary<np::kAbsolute>>("fabs", "fabs(x)"),
                           np_function<unary<np::kSign>>("sign", "sign(x)"),
                           np_function<unary<np::kSquare>>("square", "square(x)"),
                           np_function<unary<np::kInvert>>("invert", "invert(x)"),
                           np_function<unary<np::kInvert>>("bitwise_not", "bitwise_not(x)"),
                           np_function<unary<np::kFloor>>("floor", "floor(x)"),
                           np_function<unary<np::kCeil>>("ceil", "ceil(x)"),
                           np_function<unary<np::kRound>>("rint", "rint(x)"),
                           np_function<unary<np::kTrunc>>("trunc", "trunc(x)"),
                           np_function<unary<np::kReciprocal>>("reciprocal", "reciprocal(x)"),
                           np_function<unary<np::kLogicalNot>>("logical_not", "logical_not(x)"),
                           np_function<unary<np::kIsNan>>("isnan", "isnan(x)"),
                           np_function<unary<np::kIsInf>>("isinf", "isinf(x)"),
                           np_function<unary<np::kIsFinite>>("isfinite", "isfinite(x)"),
                           np_function<unary<np::kSignBit>>("signbit", "signbit(x)"),
                           np_function<unary<np::kExp>>("exp", "exp(x)"),
                           np_function<unary<np::kExp2>>("exp2", "exp2(x)"),
                           np_function<unary<np::kExpm1>>("expm1", "expm1(x)"),
                           np_function<unary<np::kLog>>("log", "log(x)"),
                           np_function<unary<np::kLog2>>("log2", "log2(x)"),
                           np_function<unary<np::kLog10>>("log10", "log10(x)"),
                           np_function<unary<np::kLog1p>>("log1p", "log1p(x)"),
                           np_function<unary<np::kSqrt>>("sqrt", "sqrt(x)"),
                           np_function<unary<np::kCbrt>>("cbrt", "cbrt(x)"),
                           np_function<unary<np::kSin>>("sin", "sin(x)"),
                           np_function<unary<np::kCos>>("cos", "cos(x)"),
                           np_function<unary<np::kTan>>("tan", "tan(x)"),
                           np_function<unary<np::kArcsin>>("arcsin", "arcsin(x)"),
                           np_function<unary<np::kArccos>>("arccos", "arccos(x)"),
                           np_function<unary<np::kArctan>>("arctan", "arctan(x)"),
                           np_function<unary<np::kSinh>>("sinh", "sinh(x)"),
                           np_function<unary<np::kCosh>>("cosh", "cosh(x)"),
                           np_function<unary<np::kTanh>>("tanh", "tanh(x)"),
                           np_function<unary<np::kDegrees>>("degrees", "degrees(x)"),
                           np_function<unary<np::kDegrees>>("rad2deg", "rad2deg(x)"),
                           np_function<unary<np::kRadians>>("radians", "radians(x)"),
                           np_function<unary<np::kRadians>>("deg2rad", "deg2rad(x)"),
                           np_function<round>("round", "round(a, decimals=0)"),
                           np_function<round>("around", "around(a, decimals=0)"),
                           {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_method<round>("round"), np_method<round>("__round__"), {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kElementwise;
const NpTheme kElementwise{functions, methods};

}  // namespace walle::package::np_themes
