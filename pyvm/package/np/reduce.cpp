// walle.np: reductions and running sums.
#include "libwalle/lib/np/reduce.h"

#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
using np::Array;

using Reduction = Result<Array> (*)(const Array&, const np::ReduceOptions&);
template <Reduction kFunction>
PyObject* reduce(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", "dtype", "keepdims", nullptr};
  Array a;
  np::ReduceOptions options;
  int keep = 0;
  if (!parse_arguments(arguments, keywords, "O&|O&O&p", names, array_converter, &a, axes_converter, &options.axes,
                       dtype_converter, &options.dtype, &keep)) {
    return nullptr;
  }
  options.keep_dims = keep != 0;
  return finish_scalar(kFunction(a, options));
}

/// min, max, any, all: no dtype.
template <Reduction kFunction>
PyObject* select(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", "keepdims", nullptr};
  Array a;
  np::ReduceOptions options;
  int keep = 0;
  if (!parse_arguments(arguments, keywords, "O&|O&$p", names, array_converter, &a, axes_converter, &options.axes,
                       &keep)) {
    return nullptr;
  }
  options.keep_dims = keep != 0;
  return finish_scalar(kFunction(a, options));
}

using Spread = Result<Array> (*)(const Array&, const np::ReduceOptions&, double);
template <Spread kFunction>
PyObject* spread(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", "dtype", "ddof", "keepdims", nullptr};
  Array a;
  np::ReduceOptions options;
  double ddof = 0;
  int keep = 0;
  if (!parse_arguments(arguments, keywords, "O&|O&O&dp", names, array_converter, &a, axes_converter, &options.axes,
                       dtype_converter, &options.dtype, &ddof, &keep)) {
    return nullptr;
  }
  options.keep_dims = keep != 0;
  return finish_scalar(kFunction(a, options, ddof));
}

int axis_converter(PyObject* object, void* target) {
  if (object == Py_None) return 1;
  const Py_ssize_t axis = PyNumber_AsSsize_t(object, PyExc_OverflowError);
  if (axis == -1 && PyErr_Occurred()) return 0;
  *static_cast<std::optional<int64_t>*>(target) = axis;
  return 1;
}

using Position = Result<Array> (*)(const Array&, std::optional<int64_t>, bool);
template <Position kFunction>
PyObject* position(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", "keepdims", nullptr};
  Array a;
  std::optional<int64_t> axis;
  int keep = 0;
  if (!parse_arguments(arguments, keywords, "O&|O&$p", names, array_converter, &a, axis_converter, &axis, &keep)) {
    return nullptr;
  }
  return finish_scalar(kFunction(a, axis, keep != 0));
}

using Running = Result<Array> (*)(const Array&, std::optional<int64_t>, std::optional<DType>);
template <Running kFunction>
PyObject* running(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", "dtype", nullptr};
  Array a;
  std::optional<int64_t> axis;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O&|O&O&", names, array_converter, &a, axis_converter, &axis,
                       dtype_converter, &dtype)) {
    return nullptr;
  }
  return finish(kFunction(a, axis, dtype));
}

Result<Array> count_nonzero(const Array& a, const np::ReduceOptions& options) {
  const Array truth = WALLE_TRY(a.astype(DType::boolean, false));
  return np::sum(truth, options);
}

PyMethodDef functions[] = {
    np_function<reduce<np::sum>>("sum", "sum(a, axis=None, dtype=None, keepdims=False)"),
    np_function<reduce<np::prod>>("prod", "prod(a, axis=None, dtype=None, keepdims=False)"),
    np_function<reduce<np::mean>>("mean", "mean(a, axis=None, dtype=None, keepdims=False)"),
    np_function<spread<np::var>>("var", "var(a, axis=None, dtype=None, ddof=0, keepdims=False)"),
    np_function<spread<np::std_dev>>("std", "std(a, axis=None, dtype=None, ddof=0, keepdims=False)"),
    np_function<select<np::min>>("min", "min(a, axis=None, keepdims=False)"),
    np_function<select<np::max>>("max", "max(a, axis=None, keepdims=False)"),
    np_function<select<np::min>>("amin", "amin(a, axis=None, keepdims=False)"),
    np_function<select<np::max>>("amax", "amax(a, axis=None, keepdims=False)"),
    np_function<select<np::any>>("any", "any(a, axis=None, keepdims=False)"),
    np_function<select<np::all>>("all", "all(a, axis=None, keepdims=False)"),
    np_function<select<count_nonzero>>("count_nonzero", "count_nonzero(a, axis=None)"),
    np_function<position<np::arg_min>>("argmin", "argmin(a, axis=None, keepdims=False)"),
    np_function<position<np::arg_max>>("argmax", "argmax(a, axis=None, keepdims=False)"),
    np_function<running<np::cumulative_sum>>("cumsum", "cumsum(a, axis=None, dtype=None)"),
    np_function<running<np::cumulative_prod>>("cumprod", "cumprod(a, axis=None, dtype=None)"),
    {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_method<reduce<np::sum>>("sum"),
                         np_method<reduce<np::prod>>("prod"),
                         np_method<reduce<np::mean>>("mean"),
                         np_method<spread<np::var>>("var"),
                         np_method<spread<np::std_dev>>("std"),
                         np_method<select<np::min>>("min"),
                         np_method<select<np::max>>("max"),
                         np_method<select<np::any>>("any"),
                         np_method<select<np::all>>("all"),
                         np_method<position<np::arg_min>>("argmin"),
                         np_method<position<np::arg_max>>("argmax"),
                         np_method<running<np::cumulative_sum>>("cumsum"),
                         np_method<running<np::cumulative_prod>>("cumprod"),
                         {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kReduce;
const NpTheme kReduce{functions, methods};

}  // namespace walle::package::np_themes
