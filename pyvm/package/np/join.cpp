// walle.np: joining, splitting and repeating.
#include "libwalle/lib/np/join.h"

#include <cstring>

#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/shape.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_arguments.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_theme.h"

namespace walle::package::np_themes {
namespace {
using np::Array;
using pyvm::Ref;

PyObject* concatenate(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"arrays", "axis", nullptr};
  std::vector<Array> arrays;
  PyObject* axis = nullptr;
  if (!parse_arguments(arguments, keywords, "O&|O", names, arrays_converter, &arrays, &axis)) return nullptr;
  if (axis == Py_None) {
    for (Array& array : arrays) {
      auto flat = np::reshape(array, {-1});
      if (!flat) return raise(flat.error());
      array = std::move(*flat);
    }
  }
  const long long at = axis && axis != Py_None ? PyLong_AsLongLong(axis) : 0;
  if (PyErr_Occurred()) return nullptr;
  return finish(np::concatenate(arrays, at));
}

PyObject* stack(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"arrays", "axis", nullptr};
  std::vector<Array> arrays;
  long long axis = 0;
  if (!parse_arguments(arguments, keywords, "O&|L", names, arrays_converter, &arrays, &axis)) return nullptr;
  return finish(np::stack(arrays, axis));
}

/// vstack and hstack: arrays get the rank they need first.
template <bool kVertical>
PyObject* stack_along(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"tup", nullptr};
  std::vector<Array> arrays;
  if (!parse_arguments(arguments, keywords, "O&", names, arrays_converter, &arrays)) return nullptr;
  for (Array& array : arrays) {
    while (array.rank() < (kVertical ? 2 : 1)) array = *np::expand_dims(array, {0});
  }
  const bool columns = !kVertical && !arrays.empty() && arrays[0].rank() > 1;
  return finish(np::concatenate(arrays, columns ? 1 : 0));
}

PyObject* list_of(Result<std::vector<Array>> arrays) {
  if (!arrays) return raise(arrays.error());
  Ref list(PyList_New(0));
  for (size_t i = 0; list && i < arrays->size(); ++i) {
    const Ref object(wrap((*arrays)[i]));
    if (!object || PyList_Append(list.get(), object.get()) < 0) return nullptr;
  }
  return list.release();
}

template <bool kUneven>
PyObject* split(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"ary", "indices_or_sections", "axis", nullptr};
  Array a;
  PyObject* where = nullptr;
  long long axis = 0;
  if (!parse_arguments(arguments, keywords, "O&O|L", names, array_converter, &a, &where, &axis)) return nullptr;
  if (PyIndex_Check(where) && !(is_array(where) && as_array(where)->array.rank() > 0)) {
    const Py_ssize_t count = PyNumber_AsSsize_t(where, PyExc_OverflowError);
    if (count == -1 && PyErr_Occurred()) return nullptr;
    return list_of(np::split(a, count, axis, kUneven));
  }
  auto positions = unwrap(where);
  if (positions) positions = positions->astype(DType::i64);
  if (!positions) return raise(positions.error());
  return list_of(np::split_at(a, {positions->data<int64_t>(), static_cast<size_t>(positions->size())}, axis));
}

PyObject* tile(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"A", "reps", nullptr};
  Array a;
  np::Dims repeats;
  if (!parse_arguments(arguments, keywords, "O&O&", names, array_converter, &a, dims_converter, &repeats))
    return nullptr;
  return finish(np::tile(a, repeats));
}

PyObject* repeat(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "repeats", "axis", nullptr};
  Array a;
  Array counts;
  PyObject* axis = Py_None;
  if (!parse_arguments(arguments, keywords, "O&O&|O", names, array_converter, &a, array_converter, &counts, &axis)) {
    return nullptr;
  }
  auto numbers = counts.astype(DType::i64);
  auto source = axis == Py_None ? np::reshape(a, {-1}) : Result<Array>(a);
  if (!numbers || !source) return raise(numbers ? source.error() : numbers.error());
  const long long at = axis == Py_None ? 0 : PyLong_AsLongLong(axis);
  if (PyErr_Occurred()) return nullptr;
  return finish(np::repeat(*source, {numbers->data<int64_t>(), static_cast<size_t>(numbers->size())}, at));
}

/// pad_width: n, (before, after), or a pair for each axis.
bool read_widths(const Array& a, PyObject* object, np::Dims& before, np::Dims& after) {
  auto widths = unwrap(object);
  if (widths) widths = np::broadcast_to(*widths, {a.rank(), 2});
  if (widths) widths = widths->astype(DType::i64);
  if (!widths) {
    raise(widths.error());
    return false;
  }
  for (int i = 0; i < a.rank(); ++i) {
    before.push_back(widths->data<int64_t>()[2 * i]);
    after.push_back(widths->data<int64_t>()[2 * i + 1]);
  }
  return true;
}

PyObject* pad(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"array", "pad_width", "mode", "constant_values", nullptr};
  Array a;
  PyObject* widths = nullptr;
  const char* mode = "constant";
  Array value;
  PyObject* constant = nullptr;
  if (!parse_arguments(arguments, keywords, "O&O|sO", names, array_converter, &a, &widths, &mode, &constant)) {
    return nullptr;
  }
  auto filler = constant ? unwrap(constant) : Array::zeros(a.dtype(), {});
  if (!filler) return raise(filler.error());
  np::Dims before;
  np::Dims after;
  if (!read_widths(a, widths, before, after)) return nullptr;
  if (std::strcmp(mode, "edge") == 0) return finish(np::pad(a, before, after, np::PadMode::edge, *filler));
  if (std::strcmp(mode, "reflect") == 0) return finish(np::pad(a, before, after, np::PadMode::reflect, *filler));
  if (std::strcmp(mode, "constant") == 0) return finish(np::pad(a, before, after, np::PadMode::constant, *filler));
  return raise({ErrorCode::unsupported, "pad knows the modes constant, edge and reflect"});
}

PyObject* roll(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "shift", "axis", nullptr};
  Array a;
  long long shift = 0;
  PyObject* axis = Py_None;
  if (!parse_arguments(arguments, keywords, "O&L|O", names, array_converter, &a, &shift, &axis)) return nullptr;
  if (axis != Py_None) {
    const long long at = PyLong_AsLongLong(axis);
    return PyErr_Occurred() ? nullptr : finish(np::roll(a, shift, at));
  }
  auto flat = np::reshape(a, {-1});
  if (flat) flat = np::roll(*flat, shift, 0);
  return finish(flat ? np::reshape(*flat, a.dims()) : std::move(flat));
}

PyMethodDef functions[] = {np_function<concatenate>("concatenate", "concatenate(arrays, axis=0)"),
                           np_function<concatenate>("concat", "concat(arrays, axis=0)"),
                           np_function<stack>("stack", "stack(arrays, axis=0)"),
                           np_function<stack_along<true>>("vstack", "vstack(tup)"),
                           np_function<stack_along<false>>("hstack", "hstack(tup)"),
                           np_function<split<false>>("split", "split(ary, indices_or_sections, axis=0)"),
                           np_function<split<true>>("array_split", "array_split(ary, indices_or_sections, axis=0)"),
                           np_function<tile>("tile", "tile(A, reps)"),
                           np_function<repeat>("repeat", "repeat(a, repeats, axis=None)"),
                           np_function<pad>("pad", "pad(array, pad_width, mode='constant', constant_values=0)"),
                           np_function<roll>("roll", "roll(a, shift, axis=None)"),
                           {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_method<repeat>("repeat"), {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kJoin;
const NpTheme kJoin{functions, methods};

}  // namespace walle::package::np_themes
