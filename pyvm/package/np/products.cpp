// walle.np: products of matrices and vectors, comparisons of whole arrays.
#include "libwalle/lib/np/elementwise.h"
#include "libwalle/lib/np/matmul.h"
#include "libwalle/lib/np/reduce.h"
#include "libwalle/lib/np/shape.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
using np::Array;

using Product = Result<Array> (*)(const Array&, const Array&);
template <Product kFunction>
PyObject* product(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "b", nullptr};
  Array a;
  Array b;
  if (!parse_arguments(arguments, keywords, "O&O&", names, array_converter, &a, array_converter, &b)) return nullptr;
  return finish_scalar(kFunction(a, b));
}

Result<Array> outer(const Array& a, const Array& b) {
  const Array column = WALLE_TRY(np::reshape(a, {-1, 1}));
  const Array row = WALLE_TRY(np::reshape(b, {1, -1}));
  return np::apply(np::kMultiply, {column}, {row});
}

Result<Array> inner(const Array& a, const Array& b) {
  if (a.rank() <= 1 && b.rank() <= 1) return np::dot(a, b);
  const Array turned = WALLE_TRY(np::swap_axes(b, -1, b.rank() > 1 ? -2 : -1));
  return np::dot(a, turned);
}

/// |a − b| ≤ atol + rtol · |b|, infinities equal to themselves.
Result<Array> is_close(const Array& a, const Array& b, double rtol, double atol, bool equal_nan) {
  const Array x = WALLE_TRY(a.astype(DType::f64, false));
  const Array y = WALLE_TRY(b.astype(DType::f64, false));
  const Array distance = WALLE_TRY(np::apply(np::kSubtract, {x}, {y}));
  const Array size = WALLE_TRY(np::apply(np::kAbsolute, distance));
  const Array scale = WALLE_TRY(np::apply(np::kAbsolute, y));
  const Array factor = WALLE_TRY(Array::copy_of(DType::f64, {}, &rtol));
  const Array base = WALLE_TRY(Array::copy_of(DType::f64, {}, &atol));
  const Array scaled = WALLE_TRY(np::apply(np::kMultiply, {scale}, {factor}));
  const Array bound = WALLE_TRY(np::apply(np::kAdd, {scaled}, {base}));
  const Array within = WALLE_TRY(np::apply(np::kLessEqual, {size}, {bound}));
  const Array finite = WALLE_TRY(np::apply(np::kIsFinite, y));
  const Array near = WALLE_TRY(np::apply(np::kLogicalAnd, {within}, {finite}));
  const Array same = WALLE_TRY(np::apply(np::kEqual, {x}, {y}));
  const Array close = WALLE_TRY(np::apply(np::kLogicalOr, {near}, {same}));
  if (!equal_nan) return close;
  const Array x_nan = WALLE_TRY(np::apply(np::kIsNan, x));
  const Array y_nan = WALLE_TRY(np::apply(np::kIsNan, y));
  const Array both = WALLE_TRY(np::apply(np::kLogicalAnd, {x_nan}, {y_nan}));
  return np::apply(np::kLogicalOr, {close}, {both});
}

template <bool kAll>
PyObject* close(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "b", "rtol", "atol", "equal_nan", nullptr};
  Array a;
  Array b;
  double rtol = 1e-5;
  double atol = 1e-8;
  int equal_nan = 0;
  if (!parse_arguments(arguments, keywords, "O&O&|ddp", names, array_converter, &a, array_converter, &b, &rtol, &atol,
                       &equal_nan)) {
    return nullptr;
  }
  auto flags = is_close(a, b, rtol, atol, equal_nan != 0);
  if (!kAll || !flags) return finish_scalar(std::move(flags));
  const auto all = np::all(*flags);
  return all ? PyBool_FromLong(*all->data<bool>()) : raise(all.error());
}

PyObject* array_equal(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a1", "a2", nullptr};
  Array a;
  Array b;
  if (!parse_arguments(arguments, keywords, "O&O&", names, array_converter, &a, array_converter, &b)) return nullptr;
  if (!(a.dims() == b.dims())) return Py_NewRef(Py_False);
  auto flags = np::apply(np::kEqual, {a}, {b});
  if (flags) flags = np::all(*flags);
  return flags ? PyBool_FromLong(*flags->data<bool>()) : raise(flags.error());
}

PyMethodDef functions[] = {
    np_function<product<np::matmul>>("matmul", "matmul(a, b)"),
    np_function<product<np::dot>>("dot", "dot(a, b)"),
    np_function<product<outer>>("outer", "outer(a, b)"),
    np_function<product<inner>>("inner", "inner(a, b)"),
    np_function<close<false>>("isclose", "isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False)"),
    np_function<close<true>>("allclose", "allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False)"),
    np_function<array_equal>("array_equal", "array_equal(a1, a2)"),
    {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_method<product<np::dot>>("dot"), {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kProducts;
const NpTheme kProducts{functions, methods};

}  // namespace walle::package::np_themes
