// walle.np: functions that make arrays, and conversions.
#include "libwalle/lib/np/create.h"

#include <cmath>
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

Result<Array> to_array(PyObject* object, std::optional<DType> dtype, bool copy) {
  if (!is_array(object) && (PyList_Check(object) || PyTuple_Check(object) || weak_kind(object))) {
    return array_of_sequence(object, dtype);
  }
  const Array array = WALLE_TRY(unwrap(object));
  return array.astype(dtype.value_or(array.dtype()), copy);
}

template <bool kCopy>
PyObject* array(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "dtype", "copy", nullptr};
  PyObject* object = nullptr;
  std::optional<DType> dtype;
  PyObject* copy = kCopy ? Py_True : Py_None;
  if (!parse_arguments(arguments, keywords, "O|O&O", names, &object, dtype_converter, &dtype, &copy)) return nullptr;
  return finish(to_array(object, dtype, copy == Py_True));
}

PyObject* ascontiguousarray(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "dtype", nullptr};
  PyObject* object = nullptr;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O|O&", names, &object, dtype_converter, &dtype)) return nullptr;
  auto made = to_array(object, dtype, false);
  return made ? finish(made->contiguous()) : raise(made.error());
}

template <int kValue>  // -1: not initialised
PyObject* filled(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"shape", "dtype", nullptr};
  np::Dims dims;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O&|O&", names, dims_converter, &dims, dtype_converter, &dtype)) {
    return nullptr;
  }
  const DType chosen = dtype.value_or(DType::f64);
  if (kValue < 0) return finish(Array::empty(chosen, dims));
  if (kValue == 0) return finish(Array::zeros(chosen, dims));
  const double one = 1;
  const auto value = Array::copy_of(DType::f64, {}, &one);
  return value ? finish(np::full(dims, *value, chosen)) : raise(value.error());
}

template <int kValue>
PyObject* filled_like(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "dtype", "shape", nullptr};
  Array a;
  std::optional<DType> dtype;
  std::optional<np::Dims> dims;
  if (!parse_arguments(arguments, keywords, "O&|O&O&", names, array_converter, &a, dtype_converter, &dtype,
                       axes_converter, &dims)) {
    return nullptr;
  }
  const double number = kValue;
  const auto value = Array::copy_of(DType::f64, {}, &number);
  if (!value) return raise(value.error());
  return finish(np::full(dims.value_or(a.dims()), *value, dtype.value_or(a.dtype())));
}

PyObject* full(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"shape", "fill_value", "dtype", nullptr};
  np::Dims dims;
  PyObject* value = nullptr;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O&O|O&", names, dims_converter, &dims, &value, dtype_converter, &dtype)) {
    return nullptr;
  }
  const auto made = to_array(value, dtype, false);
  return made ? finish(np::full(dims, *made, dtype.value_or(made->dtype()))) : raise(made.error());
}

PyObject* full_like(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"a", "fill_value", "dtype", nullptr};
  Array a;
  PyObject* value = nullptr;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O&O|O&", names, array_converter, &a, &value, dtype_converter, &dtype)) {
    return nullptr;
  }
  const DType chosen = dtype.value_or(a.dtype());
  const auto made = to_array(value, chosen, false);
  return made ? finish(np::full(a.dims(), *made, chosen)) : raise(made.error());
}

PyObject* arange(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"start", "stop", "step", "dtype", nullptr};
  PyObject* start = nullptr;
  PyObject* stop = Py_None;
  PyObject* step = Py_None;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "O|OOO&", names, &start, &stop, &step, dtype_converter, &dtype)) {
    return nullptr;
  }
  bool whole = true;
  double values[3] = {0, 0, 1};
  PyObject* objects[3] = {stop == Py_None ? nullptr : start, stop == Py_None ? start : stop,
                          step == Py_None ? nullptr : step};
  for (int i = 0; i < 3; ++i) {
    if (!objects[i]) continue;
    values[i] = PyFloat_AsDouble(objects[i]);
    if (PyErr_Occurred()) return nullptr;
    whole =
        whole && PyIndex_Check(objects[i]) && !(is_array(objects[i]) && is_float(as_array(objects[i])->array.dtype()));
  }
  if (values[2] == 0) return raise({ErrorCode::invalid_argument, "arange's step is zero"});
  const double length = std::ceil((values[1] - values[0]) / values[2]);
  if (!(length < 1e15)) return raise({ErrorCode::invalid_argument, "arange would be too long"});
  const auto count = static_cast<int64_t>(std::max(0.0, length));
  if (whole) {
    return finish(np::arange_int(static_cast<int64_t>(values[0]), static_cast<int64_t>(values[2]), count,
                                 dtype.value_or(DType::i64)));
  }
  return finish(np::arange(values[0], values[2], count, dtype.value_or(DType::f64)));
}

PyObject* linspace(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"start", "stop", "num", "endpoint", "dtype", nullptr};
  double start = 0;
  double stop = 0;
  long long count = 50;
  int endpoint = 1;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "dd|LpO&", names, &start, &stop, &count, &endpoint, dtype_converter,
                       &dtype)) {
    return nullptr;
  }
  return finish(np::linspace(start, stop, count, endpoint != 0, dtype.value_or(DType::f64)));
}

PyObject* eye(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"N", "M", "k", "dtype", nullptr};
  long long rows = 0;
  PyObject* columns = Py_None;
  long long k = 0;
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "L|OLO&", names, &rows, &columns, &k, dtype_converter, &dtype)) {
    return nullptr;
  }
  const long long width = columns == Py_None ? rows : PyLong_AsLongLong(columns);
  if (PyErr_Occurred()) return nullptr;
  return finish(np::eye(rows, width, k, dtype.value_or(DType::f64)));
}

template <bool kLower>
PyObject* triangle(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"m", "k", nullptr};
  Array a;
  long long k = 0;
  if (!parse_arguments(arguments, keywords, "O&|L", names, array_converter, &a, &k)) return nullptr;
  return finish(np::triangle(a, k, kLower));
}

PyObject* diag(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"v", "k", nullptr};
  Array a;
  long long k = 0;
  if (!parse_arguments(arguments, keywords, "O&|L", names, array_converter, &a, &k)) return nullptr;
  return finish(np::diagonal(a, k));
}

PyObject* meshgrid(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"indexing", nullptr};
  const char* indexing = "xy";
  const Ref none(PyTuple_New(0));
  if (!none || !parse_arguments(none.get(), keywords, "|s", names, &indexing)) return nullptr;
  std::vector<Array> inputs;
  if (!arrays_converter(arguments, &inputs)) return nullptr;
  const bool swap = std::strcmp(indexing, "xy") == 0 && inputs.size() > 1;
  np::Dims dims;
  for (const Array& a : inputs) dims.push_back(a.size());
  if (swap) std::swap(dims[0], dims[1]);
  Ref list(PyList_New(0));
  for (size_t i = 0; list && i < inputs.size(); ++i) {
    const size_t axis = swap && i < 2 ? 1 - i : i;
    np::Dims shape(dims.size(), 1);
    shape[static_cast<int>(axis)] = inputs[i].size();
    auto spread = np::reshape(inputs[i], shape);
    if (spread) spread = np::broadcast_to(*spread, dims);
    const Ref object(finish(spread ? spread->copy() : std::move(spread)));
    if (!object || PyList_Append(list.get(), object.get()) < 0) return nullptr;
  }
  return list.release();
}

PyObject* frombuffer(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"buffer", "dtype", "count", "offset", nullptr};
  PyObject* object = nullptr;
  std::optional<DType> wanted;
  long long count = -1;
  long long offset = 0;
  if (!parse_arguments(arguments, keywords, "O|O&LL", names, &object, dtype_converter, &wanted, &count, &offset)) {
    return nullptr;
  }
  auto bytes = import_buffer(object);
  if (!bytes) return raise(bytes.error());
  const DType dtype = wanted.value_or(DType::f64);
  const auto item = static_cast<int64_t>(bits_of(dtype) / 8);
  const auto total = static_cast<int64_t>(bytes->bytes());
  if (!bytes->is_contiguous() || offset < 0 || offset > total) {
    return raise({ErrorCode::invalid_argument, "offset must lie inside a contiguous buffer"});
  }
  const int64_t left = total - offset;
  if (count < 0 ? left % item != 0 : count > left / item) {
    return raise(
        {ErrorCode::invalid_argument, "buffer size must be a multiple of element size and hold count elements"});
  }
  const int64_t size = count < 0 ? left / item : count;
  const Array flat = bytes->reinterpret(DType::u8).view({total}, {1}, offset);
  // Elements are read where they lie; where that would be unaligned they are copied.
  if (reinterpret_cast<uintptr_t>(flat.raw()) % static_cast<uintptr_t>(item) != 0) {
    return finish(Array::copy_of(dtype, {size}, flat.raw()));
  }
  return finish(flat.reinterpret(dtype).view({size}, {1}));
}

PyObject* astype(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"dtype", "copy", nullptr};
  std::optional<DType> dtype;
  int copy = 1;
  if (!parse_arguments(arguments, keywords, "O&|p", names, dtype_converter, &dtype, &copy)) return nullptr;
  return finish_scalar(as_array(self)->array.astype(dtype.value_or(DType::f64), copy != 0));
}

PyObject* view(PyObject* self, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"dtype", nullptr};
  std::optional<DType> dtype;
  if (!parse_arguments(arguments, keywords, "|O&", names, dtype_converter, &dtype)) return nullptr;
  const Array& a = as_array(self)->array;
  const DType target = dtype.value_or(a.dtype());
  if (bits_of(target) == bits_of(a.dtype())) return wrap(a.reinterpret(target));
  if (!a.is_contiguous() || a.rank() == 0 || static_cast<int64_t>(a.bytes()) * 8 % bits_of(target) != 0) {
    return raise({ErrorCode::invalid_argument, "a view of another item size needs a contiguous array that divides"});
  }
  np::Dims dims = a.dims();
  dims[a.rank() - 1] = dims.back() * bits_of(a.dtype()) / bits_of(target);
  return wrap(a.reinterpret(target).view(dims, np::contiguous_strides(dims)));
}

PyObject* copy_method(PyObject* self, PyObject*, PyObject*) { return finish(as_array(self)->array.copy()); }

PyObject* list_of(const Array& a, int axis, int64_t offset) {
  if (axis == a.rank()) {
    return element_object(a.dtype(), a.data<std::byte>() + offset * static_cast<int64_t>(a.item_bytes()));
  }
  Ref list(PyList_New(a.dim(axis)));
  for (int64_t i = 0; list && i < a.dim(axis); ++i) {
    PyObject* item = list_of(a, axis + 1, offset + i * a.strides()[axis]);
    if (!item) return nullptr;
    PyList_SET_ITEM(list.get(), i, item);
  }
  return list.release();
}
PyObject* tolist(PyObject* self, PyObject*, PyObject*) { return list_of(as_array(self)->array, 0, 0); }

PyObject* tobytes(PyObject* self, PyObject*, PyObject*) {
  const auto dense = as_array(self)->array.contiguous();
  if (!dense) return raise(dense.error());
  return PyBytes_FromStringAndSize(dense->data<char>(), static_cast<Py_ssize_t>(dense->bytes()));
}

PyObject* item(PyObject* self, PyObject* arguments, PyObject*) {
  if (PyTuple_GET_SIZE(arguments) > 0) {
    const Ref flat(PyObject_CallMethod(self, "ravel", nullptr));
    const bool one = PyTuple_GET_SIZE(arguments) == 1 && !PyTuple_Check(PyTuple_GET_ITEM(arguments, 0));
    PyObject* key = PyTuple_GET_SIZE(arguments) == 1 ? PyTuple_GET_ITEM(arguments, 0) : arguments;
    const Ref found(flat ? PyObject_GetItem(one ? flat.get() : self, key) : nullptr);
    return found ? PyObject_CallMethod(found.get(), "item", nullptr) : nullptr;
  }
  const Array& a = as_array(self)->array;
  if (a.size() != 1) {
    return raise({ErrorCode::invalid_argument, "can only convert an array of size 1 to a Python scalar"});
  }
  return element_object(a.dtype(), a.raw());
}

PyObject* fill(PyObject* self, PyObject* arguments, PyObject*) {
  PyObject* value = nullptr;
  if (!PyArg_ParseTuple(arguments, "O", &value)) return nullptr;
  if (PyObject_SetItem(self, Py_Ellipsis, value) < 0) return nullptr;
  return Py_NewRef(Py_None);
}

/// f"{a[0]:.2f}"
PyObject* format(PyObject* self, PyObject* arguments, PyObject*) {
  PyObject* spec = nullptr;
  if (!PyArg_ParseTuple(arguments, "U", &spec)) return nullptr;
  if (as_array(self)->array.rank() > 0 || PyUnicode_GET_LENGTH(spec) == 0) {
    const Ref text(PyObject_Str(self));
    return text ? PyObject_Format(text.get(), spec) : nullptr;
  }
  const Ref element(element_object(as_array(self)->array.dtype(), as_array(self)->array.raw()));
  return element ? PyObject_Format(element.get(), spec) : nullptr;
}

PyMethodDef functions[] = {
    np_function<array<true>>("array", "array(a, dtype=None, copy=True)"),
    np_function<array<false>>("asarray", "asarray(a, dtype=None)"),
    np_function<ascontiguousarray>("ascontiguousarray", "ascontiguousarray(a, dtype=None)"),
    np_function<array<true>>("copy", "copy(a)"),
    np_function<filled<-1>>("empty", "empty(shape, dtype=float64)"),
    np_function<filled<0>>("zeros", "zeros(shape, dtype=float64)"),
    np_function<filled<1>>("ones", "ones(shape, dtype=float64)"),
    np_function<filled_like<0>>("empty_like", "empty_like(a, dtype=None)"),
    np_function<filled_like<0>>("zeros_like", "zeros_like(a, dtype=None)"),
    np_function<filled_like<1>>("ones_like", "ones_like(a, dtype=None)"),
    np_function<full>("full", "full(shape, fill_value, dtype=None)"),
    np_function<full_like>("full_like", "full_like(a, fill_value, dtype=None)"),
    np_function<arange>("arange", "arange(start, stop=None, step=None, dtype=None)"),
    np_function<linspace>("linspace", "linspace(start, stop, num=50, endpoint=True, dtype=None)"),
    np_function<eye>("eye", "eye(N, M=None, k=0, dtype=float64)"),
    np_function<eye>("identity", "identity(n)"),
    np_function<triangle<true>>("tril", "tril(m, k=0)"),
    np_function<triangle<false>>("triu", "triu(m, k=0)"),
    np_function<diag>("diag", "diag(v, k=0)"),
    np_function<meshgrid>("meshgrid", "meshgrid(*xi, indexing='xy')"),
    np_function<frombuffer>("frombuffer", "frombuffer(buffer, dtype=float64, count=-1, offset=0)"),
    {nullptr, nullptr, 0, nullptr}};
PyMethodDef methods[] = {np_function<astype>("astype", nullptr),
                         np_function<view>("view", nullptr),
                         np_function<copy_method>("copy", nullptr),
                         np_function<copy_method>("__copy__", nullptr),
                         np_function<copy_method>("__deepcopy__", nullptr),
                         np_function<tolist>("tolist", nullptr),
                         np_function<tobytes>("tobytes", nullptr),
                         np_function<item>("item", nullptr),
                         np_function<fill>("fill", nullptr),
                         np_function<format>("__format__", nullptr),
                         {nullptr, nullptr, 0, nullptr}};
}  // namespace

extern const NpTheme kCreate;
const NpTheme kCreate{functions, methods};

}  // namespace walle::package::np_themes
