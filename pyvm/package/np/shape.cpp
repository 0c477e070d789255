// walle.np: functions that look at the same elements in another shape.
#include "libwalle/lib/np/shape.h"

#include "libwalle/lib/np/cast.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
using np::Array;

PyObject* reshape(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "shape", nullptr};
  Array a;
  np::Dims dims;
  if (!parse_arguments(arguments, keywords, "O&O&", names, array_converter, &a, dims_converter, &dims)) return nullptr;
  return finish(np::reshape(a, dims));
}

/// a.reshape(2, 3) as well as a.reshape((2, 3)); the same for transpose and squeeze.
bool read_variadic(PyObject* arguments, np::Dims& dims) {
  PyObject* object = PyTuple_GET_SIZE(arguments) == 1 ? PyTuple_GET_ITEM(arguments, 0) : arguments;
  return dims_converter(object, &dims) != 0;
}

PyObject* reshape_method(PyObject* self, PyObject* arguments, PyObject*) {
  np::Dims dims;
  return read_variadic(arguments, dims) ? finish(np::reshape(as_array(self)->array, dims)) : nullptr;
}

PyObject* transpose(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axes", nullptr};
  Array a;
  std::optional<np::Dims> axes;
  if (!parse_arguments(arguments, keywords, "O&|O&", names, array_converter, &a, axes_converter, &axes)) return nullptr;
  return finish(np::transpose(a, axes));
}

PyObject* transpose_method(PyObject* self, PyObject* arguments, PyObject*) {
  std::optional<np::Dims> axes;
  const bool none = PyTuple_GET_SIZE(arguments) == 0 ||
                    (PyTuple_GET_SIZE(arguments) == 1 && PyTuple_GET_ITEM(arguments, 0) == Py_None);
  if (!none && !read_variadic(arguments, axes.emplace())) return nullptr;
  return finish(np::transpose(as_array(self)->array, axes));
}

PyObject* swapaxes(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis1", "axis2", nullptr};
  Array a;
  long long first = 0;
  long long second = 0;
  if (!parse_arguments(arguments, keywords, "O&LL", names, array_converter, &a, &first, &second)) return nullptr;
  return finish(np::swap_axes(a, first, second));
}

PyObject* moveaxis(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "source", "destination", nullptr};
  Array a;
  np::Dims from;
  np::Dims to;
  if (!parse_arguments(arguments, keywords, "O&O&O&", names, array_converter, &a, dims_converter, &from, dims_converter,
                       &to)) {
    return nullptr;
  }
  return finish(np::move_axis(a, from, to));
}

using AxesFunction = Result<Array> (*)(const Array&, const std::optional<np::Dims>&);
template <AxesFunction kFunction>
PyObject* by_axes(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", nullptr};
  Array a;
  std::optional<np::Dims> axes;
  if (!parse_arguments(arguments, keywords, "O&|O&", names, array_converter, &a, axes_converter, &axes)) return nullptr;
  return finish(kFunction(a, axes));
}

PyObject* expand_dims(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", nullptr};
  Array a;
  np::Dims axes;
  if (!parse_arguments(arguments, keywords, "O&O&", names, array_converter, &a, dims_converter, &axes)) return nullptr;
  return finish(np::expand_dims(a, axes));
}

PyObject* broadcast_to(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"array", "shape", nullptr};
  Array a;
  np::Dims dims;
  if (!parse_arguments(arguments, keywords, "O&O&", names, array_converter, &a, dims_converter, &dims)) return nullptr;
  auto view = np::broadcast_to(a, dims);
  if (view) view->set_writable(false);
  return finish(std::move(view));
}

PyObject* ravel(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  return finish(np::reshape(a, {-1}));
}

PyObject* flatten(PyObject* self, PyObject*, PyObject*) {
  auto copy = as_array(self)->array.copy();
  return copy ? finish(np::reshape(*copy, {-1})) : raise(copy.error());
}

template <int kAxis>
PyObject* flip_axis(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"m", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  return finish(np::flip(a, np::Dims{kAxis}));
}

template <int kRank>
PyObject* at_least(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  Result<Array> result = a;
  while (result && result->rank() < kRank) result = np::expand_dims(*result, {0});
  return finish(std::move(result));
}

PyObject* shape(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  const pyvm::Ref object(wrap(std::move(a)));
  return object ? PyObject_GetAttrString(object.get(), "shape") : nullptr;
}

PyMethodDef functions[] = {np_function<reshape>("reshape", "reshape(a, shape)"),
                           np_function<transpose>("transpose", "transpose(a, axes=None)"),
                           np_function<transpose>("permute_dims", "permute_dims(a, axes)"),
                           np_function<swapaxes>("swapaxes", "swapaxes(a, axis1, axis2)"),
                           np_function<moveaxis>("moveaxis", "moveaxis(a, source, destination)"),
                           np_function<by_axes<np::squeeze>>("squeeze", "squeeze(a, axis=None)"),
                           np_function<by_axes<np::flip>>("flip", "flip(a, axis=None)"),
                           np_function<flip_axis<0>>("flipud", "flipud(m)"),
                           np_function<flip_axis<1>>("fliplr", "fliplr(m)"),
                           np_function<expand_dims>("expand_dims", "expand_dims(a, axis)"),
                           np_function<broadcast_to>("broadcast_to", "broadcast_to(array, shape): a read-only view"),
                           np_function<ravel>("ravel", "ravel(a)"),
                           np_function<at_least<1>>("atleast_1d", "atleast_1d(a)"),
                           np_function<at_least<2>>("atleast_2d", "atleast_2d(a)"),
                           np_function<shape>("shape", "shape(a)"),
                           {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_function<reshape_method>("reshape", nullptr),
                         np_function<transpose_method>("transpose", nullptr),
                         np_method<swapaxes>("swapaxes"),
                         np_method<by_axes<np::squeeze>>("squeeze"),
                         np_method<ravel>("ravel"),
                         np_function<flatten>("flatten", nullptr),
                         {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kShape;
const NpTheme kShape{functions, methods};

}  // namespace walle::package::np_themes
