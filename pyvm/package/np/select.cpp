// walle.np: choosing, sorting and searching.
#include "libwalle/lib/np/select.h"

#include <cstring>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/create.h"
#include "libwalle/lib/np/join.h"
#include "libwalle/lib/np/reduce.h"
#include "libwalle/lib/np/shape.h"
#include "libwalle/lib/np/sort.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_operand.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
using np::Array;
using pyvm::Ref;

PyObject* tuple_of(Result<std::vector<Array>> arrays) {
  if (!arrays) return raise(arrays.error());
  Ref tuple(PyTuple_New(static_cast<Py_ssize_t>(arrays->size())));
  for (size_t i = 0; tuple && i < arrays->size(); ++i) {
    PyObject* object = wrap((*arrays)[i]);
    if (!object) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), object);
  }
  return tuple.release();
}

PyObject* nonzero(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  return tuple_of(np::nonzero(a));
}

PyObject* flatnonzero(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  auto flat = np::reshape(a, {-1});
  auto found = flat ? np::nonzero(*flat) : Result<std::vector<Array>>(fail(flat.error()));
  return found ? wrap((*found)[0]) : raise(found.error());
}

PyObject* argwhere(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", nullptr};
  Array a;
  if (!parse_arguments(arguments, keywords, "O&", names, array_converter, &a)) return nullptr;
  auto found = np::nonzero(a);
  return found ? finish(np::stack(*found, 1)) : raise(found.error());
}

PyObject* where(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"condition", "x", "y", nullptr};
  Array condition;
  PyObject* x = nullptr;
  PyObject* y = nullptr;
  if (!parse_arguments(arguments, keywords, "O&|OO", names, array_converter, &condition, &x, &y)) return nullptr;
  if (!x && !y) return tuple_of(np::nonzero(condition));
  if (!x || !y) return raise({ErrorCode::invalid_argument, "either both or neither of x and y should be given"});
  const auto left = read_operand(x);
  const auto right = left ? read_operand(y) : left;
  if (!right) return raise(right.error());
  return finish(np::where(condition, *left, *right));
}

PyObject* clip(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "a_min", "a_max", nullptr};
  static const char* other_names[] = {"a", "min", "max", nullptr};
  Array a;
  PyObject* low = Py_None;
  PyObject* high = Py_None;
  const bool other = keywords && (PyDict_GetItemString(keywords, "min") || PyDict_GetItemString(keywords, "max"));
  if (!parse_arguments(arguments, keywords, "O&|OO", other ? other_names : names, array_converter, &a, &low, &high)) {
    return nullptr;
  }
  std::optional<np::Operand> bounds[2];
  PyObject* objects[2] = {low, high};
  for (int i = 0; i < 2; ++i) {
    if (objects[i] == Py_None) continue;
    auto operand = read_operand(objects[i]);
    if (!operand) return raise(operand.error());
    bounds[i] = std::move(*operand);
  }
  return finish_scalar(np::clip(a, bounds[0], bounds[1]));
}

int axis_converter(PyObject* object, void* target) {
  auto* axis = static_cast<std::optional<int64_t>*>(target);
  axis->reset();
  if (object == Py_None) return 1;
  const Py_ssize_t value = PyNumber_AsSsize_t(object, PyExc_OverflowError);
  if (value == -1 && PyErr_Occurred()) return 0;
  *axis = value;
  return 1;
}

PyObject* take(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "indices", "axis", nullptr};
  Array a;
  Array positions;
  std::optional<int64_t> axis;
  if (!parse_arguments(arguments, keywords, "O&O&|O&", names, array_converter, &a, array_converter, &positions,
                       axis_converter, &axis)) {
    return nullptr;
  }
  auto taken = np::take(a, positions, axis);
  if (!taken && taken.error().code == ErrorCode::not_found) {
    PyErr_SetString(PyExc_IndexError, taken.error().message.c_str());
    return nullptr;
  }
  return finish_scalar(std::move(taken));
}

using Sorting = Result<Array> (*)(const Array&, std::optional<int64_t>);
template <Sorting kFunction>
PyObject* sorted(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", "kind", nullptr};
  Array a;
  std::optional<int64_t> axis = -1;
  PyObject* kind = nullptr;  // every sort here is stable
  if (!parse_arguments(arguments, keywords, "O&|O&O", names, array_converter, &a, axis_converter, &axis, &kind)) {
    return nullptr;
  }
  return finish(kFunction(a, axis));
}

PyObject* sort_in_place(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"axis", "kind", nullptr};
  std::optional<int64_t> axis = -1;
  PyObject* kind = nullptr;
  if (!parse_arguments(arguments, keywords, "|O&O", names, axis_converter, &axis, &kind)) return nullptr;
  auto result = np::sort(as_array(self)->array, axis);
  if (!result) return raise(result.error());
  np::assign_elements(*result, as_array(self)->array);
  return Py_NewRef(Py_None);
}

PyObject* unique(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"ar", "return_index", "return_inverse", "return_counts", nullptr};
  Array a;
  int index = 0;
  int inverse = 0;
  int counts = 0;
  if (!parse_arguments(arguments, keywords, "O&|ppp", names, array_converter, &a, &index, &inverse, &counts)) {
    return nullptr;
  }
  auto found = np::unique(a);
  if (!found) return raise(found.error());
  if (!index && !inverse && !counts) return wrap(std::move(found->values));
  std::vector<Array> parts = {std::move(found->values)};
  if (index) parts.push_back(std::move(found->index));
  if (inverse) parts.push_back(std::move(found->inverse));
  if (counts) parts.push_back(std::move(found->counts));
  return tuple_of(std::move(parts));
}

PyObject* searchsorted(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "v", "side", nullptr};
  Array a;
  Array values;
  const char* side = "left";
  if (!parse_arguments(arguments, keywords, "O&O&|s", names, array_converter, &a, array_converter, &values, &side)) {
    return nullptr;
  }
  return finish_scalar(np::search_sorted(a, values, std::strcmp(side, "right") == 0));
}

/// median and percentile: linear interpolation between the neighbours, in float64.
Result<Array> quantile_of(const Array& a, double q, std::optional<int64_t> axis) {
  const Array wide = WALLE_TRY(a.astype(DType::f64));
  const Array source = axis ? wide : WALLE_TRY(np::reshape(wide, {-1}));
  const int at = WALLE_TRY(np::normalise_axis(axis.value_or(0), source.rank()));
  const int64_t size = source.dim(at);
  if (size == 0) return fail(ErrorCode::invalid_argument, "quantile of no elements");
  const Array ordered = WALLE_TRY(np::sort(source, at));
  const double position = q * static_cast<double>(size - 1);
  const auto below = static_cast<int64_t>(position);
  const int64_t above = std::min(below + 1, size - 1);
  const Array first = WALLE_TRY(Array::copy_of(DType::i64, {}, &below));
  const Array second = WALLE_TRY(Array::copy_of(DType::i64, {}, &above));
  const Array low = WALLE_TRY(np::take(ordered, first, at));
  const Array high = WALLE_TRY(np::take(ordered, second, at));
  const double part = position - static_cast<double>(below);
  const Array weight = WALLE_TRY(Array::copy_of(DType::f64, {}, &part));
  const Array difference = WALLE_TRY(np::apply(np::kSubtract, {high}, {low}));
  const Array step = WALLE_TRY(np::apply(np::kMultiply, {difference}, {weight}));
  return np::apply(np::kAdd, {low}, {step});
}

PyObject* median(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "axis", nullptr};
  Array a;
  std::optional<int64_t> axis;
  if (!parse_arguments(arguments, keywords, "O&|O&", names, array_converter, &a, axis_converter, &axis)) return nullptr;
  auto result = quantile_of(a, 0.5, axis);
  if (result && is_float(a.dtype())) result = result->astype(a.dtype(), false);
  return finish_scalar(std::move(result));
}

template <int kScale>
PyObject* quantile(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "q", "axis", nullptr};
  Array a;
  double q = 0;
  std::optional<int64_t> axis;
  if (!parse_arguments(arguments, keywords, "O&d|O&", names, array_converter, &a, &q, axis_converter, &axis)) {
    return nullptr;
  }
  if (!(q >= 0 && q <= kScale)) return raise({ErrorCode::invalid_argument, "quantiles must be in range"});
  return finish_scalar(quantile_of(a, q / kScale, axis));
}

Result<Array> difference(const Array& a, int64_t axis) {
  const int at = WALLE_TRY(np::normalise_axis(axis, a.rank()));
  np::Dims dims = a.dims();
  dims[at] = std::max<int64_t>(0, dims[at] - 1);
  const Array first = a.view(dims, a.strides());
  const Array second = a.view(dims, a.strides(), a.dim(at) > 0 ? a.strides()[at] : 0);
  return np::apply(a.dtype() == DType::boolean ? np::kNotEqual : np::kSubtract, {second}, {first});
}

PyObject* diff(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "n", "axis", nullptr};
  Array a;
  int times = 1;
  long long axis = -1;
  if (!parse_arguments(arguments, keywords, "O&|iL", names, array_converter, &a, &times, &axis)) return nullptr;
  Result<Array> result = a;
  for (int i = 0; result && i < times; ++i) result = difference(*result, axis);
  return finish(std::move(result));
}

PyMethodDef functions[] = {
    np_function<nonzero>("nonzero", "nonzero(a)"),
    np_function<flatnonzero>("flatnonzero", "flatnonzero(a)"),
    np_function<argwhere>("argwhere", "argwhere(a)"),
    np_function<where>("where", "where(condition, x, y)"),
    np_function<clip>("clip", "clip(a, a_min=None, a_max=None)"),
    np_function<take>("take", "take(a, indices, axis=None)"),
    np_function<sorted<np::sort>>("sort", "sort(a, axis=-1)"),
    np_function<sorted<np::arg_sort>>("argsort", "argsort(a, axis=-1)"),
    np_function<unique>("unique", "unique(ar, return_index=False, return_inverse=False, return_counts=False)"),
    np_function<searchsorted>("searchsorted", "searchsorted(a, v, side='left')"),
    np_function<median>("median", "median(a, axis=None)"),
    np_function<quantile<1>>("quantile", "quantile(a, q, axis=None)"),
    np_function<quantile<100>>("percentile", "percentile(a, q, axis=None)"),
    np_function<diff>("diff", "diff(a, n=1, axis=-1)"),
    {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_method<nonzero>("nonzero"),
                         np_method<clip>("clip"),
                         np_method<take>("take"),
                         np_function<sort_in_place>("sort", nullptr),
                         np_method<sorted<np::arg_sort>>("argsort"),
                         {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kSelect;
const NpTheme kSelect{functions, methods};

}  // namespace walle::package::np_themes
