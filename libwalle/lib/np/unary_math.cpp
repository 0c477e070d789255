// Functions of one real variable: floats in and out, integers become floats first.
#include <cmath>
#include <numbers>

#include "libwalle/lib/np/rows.h"

namespace walle::np {
namespace {
template <double (*kFunction)(double), float (*kFloatFunction)(float)>
struct Math {
  static float apply(float a) { return kFloatFunction(a); }
  static double apply(double a) { return kFunction(a); }
};
struct Degrees {
  template <class T>
  static T apply(T a) {
    return static_cast<T>(a * (180 / std::numbers::pi));
  }
};
struct Radians {
  template <class T>
  static T apply(T a) {
    return static_cast<T>(a * (std::numbers::pi / 180));
  }
};
template <double (*kFunction)(double), float (*kFloatFunction)(float)>
constexpr UnaryFunction math(std::string_view name) {
  return {name, TypeRule::floating, unary_rows<Math<kFunction, kFloatFunction>, Types::floats>};
}
}  // namespace

const UnaryFunction kExp = math<::exp, ::expf>("exp");
const UnaryFunction kExp2 = math<::exp2, ::exp2f>("exp2");
const UnaryFunction kExpm1 = math<::expm1, ::expm1f>("expm1");
const UnaryFunction kLog = math<::log, ::logf>("log");
const UnaryFunction kLog2 = math<::log2, ::log2f>("log2");
const UnaryFunction kLog10 = math<::log10, ::log10f>("log10");
const UnaryFunction kLog1p = math<::log1p, ::log1pf>("log1p");
const UnaryFunction kSqrt = math<::sqrt, ::sqrtf>("sqrt");
const UnaryFunction kCbrt = math<::cbrt, ::cbrtf>("cbrt");
const UnaryFunction kSin = math<::sin, ::sinf>("sin");
const UnaryFunction kCos = math<::cos, ::cosf>("cos");
const UnaryFunction kTan = math<::tan, ::tanf>("tan");
const UnaryFunction kArcsin = math<::asin, ::asinf>("arcsin");
const UnaryFunction kArccos = math<::acos, ::acosf>("arccos");
const UnaryFunction kArctan = math<::atan, ::atanf>("arctan");
const UnaryFunction kSinh = math<::sinh, ::sinhf>("sinh");
const UnaryFunction kCosh = math<::cosh, ::coshf>("cosh");
const UnaryFunction kTanh = math<::tanh, ::tanhf>("tanh");
const UnaryFunction kDegrees{"degrees", TypeRule::floating, unary_rows<Degrees, Types::floats>};
const UnaryFunction kRadians{"radians", TypeRule::floating, unary_rows<Radians, Types::floats>};

}  // namespace walle::np
