// walle.np.linalg
#include <cmath>
#include <limits>

#include "libwalle/lib/np/elementwise.h"
#include "libwalle/lib/np/reduce.h"
#include "libwalle/lib/np/shape.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
using np::Array;

Result<Array> root_of_squares(const Array& a, const np::ReduceOptions& options) {
  const Array squares = WALLE_TRY(np::apply(np::kSquare, a));
  const Array total = WALLE_TRY(np::sum(squares, options));
  return np::apply(np::kSqrt, total);
}

/// Vector norms along one axis, or the Frobenius norm.
Result<Array> norm_of(const Array& given, std::optional<double> order, const np::ReduceOptions& options) {
  const Array a = WALLE_TRY(given.astype(is_float(given.dtype()) ? given.dtype() : DType::f64, false));
  const bool vectors = options.axes ? options.axes->size() == 1 : a.rank() == 1;
  if (!order || (vectors && *order == 2)) return root_of_squares(a, options);
  if (!vectors) return fail(ErrorCode::unsupported, "norms of matrices other than Frobenius; give an axis");
  const Array size = WALLE_TRY(np::apply(np::kAbsolute, a));
  if (std::isinf(*order)) return *order > 0 ? np::max(size, options) : np::min(size, options);
  if (*order == 1) return np::sum(size, options);
  const Array exponent = WALLE_TRY(Array::copy_of(DType::f64, {}, &*order));
  const Array powers = WALLE_TRY(np::apply(np::kPower, {size}, {exponent, np::Weak::floating}));
  const Array total = WALLE_TRY(np::sum(powers, options));
  const double inverse_order = 1 / *order;
  const Array inverse = WALLE_TRY(Array::copy_of(DType::f64, {}, &inverse_order));
  return np::apply(np::kPower, {total}, {inverse, np::Weak::floating});
}

PyObject* norm(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"x", "ord", "axis", "keepdims", nullptr};
  Array a;
  PyObject* order = Py_None;
  np::ReduceOptions options;
  int keep = 0;
  if (!parse_arguments(arguments, keywords, "O&|OO&p", names, array_converter, &a, &order, axes_converter,
                       &options.axes, &keep)) {
    return nullptr;
  }
  options.keep_dims = keep != 0;
  std::optional<double> value;
  if (order != Py_None && !PyUnicode_Check(order)) {
    value = PyFloat_AsDouble(order);
    if (PyErr_Occurred()) return nullptr;
  }
  return finish_scalar(norm_of(a, value, options));
}

PyMethodDef functions[] = {np_function<norm>("norm", "norm(x, ord=None, axis=None, keepdims=False)"),
                           {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kLinalg;
const NpTheme kLinalg{functions, nullptr, "linalg"};

}  // namespace walle::package::np_themes
