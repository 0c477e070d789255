// a[…] and a[…] = …: Python's index objects → np::Index.
#include "libwalle/lib/np/index.h"

#include "libwalle/lib/np/cast.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"
#include "pyvm/package/np_slots.h"

namespace walle::package {
namespace {
bool read_bound(PyObject* object, int64_t& bound) {
  if (object == Py_None) return true;
  bound = PyNumber_AsSsize_t(object, nullptr);  // clips, as slices do
  if (bound == np::Slice::kNone) ++bound;
  return !(bound == -1 && PyErr_Occurred());
}

bool read_slice(PyObject* object, np::Slice& slice) {
  auto* given = reinterpret_cast<PySliceObject*>(object);
  return read_bound(given->start, slice.start) && read_bound(given->stop, slice.stop) &&
         read_bound(given->step, slice.step);
}

bool read_index(PyObject* object, std::vector<np::Index>& indices) {
  if (object == Py_None) {
    indices.emplace_back(np::NewAxis{});
  } else if (object == Py_Ellipsis) {
    indices.emplace_back(np::Ellipsis{});
  } else if (PySlice_Check(object)) {
    np::Slice slice;
    if (!read_slice(object, slice)) return false;
    indices.emplace_back(slice);
  } else if (PyIndex_Check(object) && !PyBool_Check(object) &&
             !(is_array(object) &&
               (as_array(object)->array.rank() > 0 || as_array(object)->array.dtype() == DType::boolean))) {
    const Py_ssize_t position = PyNumber_AsSsize_t(object, PyExc_IndexError);
    if (position == -1 && PyErr_Occurred()) return false;
    indices.emplace_back(int64_t{position});
  } else {
    auto array = unwrap(object);
    if (!array) {
      PyErr_SetString(PyExc_IndexError,
                      "only integers, slices (`:`), ellipsis (`...`), None and integer or boolean arrays are indices");
      return false;
    }
    if (array->size() == 0 && !is_array(object)) array = array->astype(DType::i64);
    indices.emplace_back(std::move(*array));
  }
  return true;
}

bool read_indices(PyObject* key, std::vector<np::Index>& indices) {
  if (!PyTuple_Check(key)) return read_index(key, indices);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i) {
    if (!read_index(PyTuple_GET_ITEM(key, i), indices)) return false;
  }
  return true;
}

PyObject* raise_index(const Error& error) {
  if (error.code != ErrorCode::not_found) return raise(error);
  PyErr_SetString(PyExc_IndexError, error.message.c_str());
  return nullptr;
}

PyObject* get_item(PyObject* self, PyObject* key) {
  std::vector<np::Index> indices;
  if (!read_indices(key, indices)) return nullptr;
  auto result = np::get(as_array(self)->array, indices);
  if (!result) return raise_index(result.error());
  bool all_positions = true;
  for (const np::Index& index : indices) all_positions = all_positions && std::holds_alternative<int64_t>(index);
  if (!all_positions || result->rank() > 0) return wrap(std::move(*result));
  // A scalar is a value: it must not change with the array.
  return finish_scalar(result->copy());
}

int set_item(PyObject* self, PyObject* key, PyObject* value) {
  if (!value) return PyErr_SetString(PyExc_ValueError, "cannot delete array elements"), -1;
  if (as_array(self)->scalar) {
    return PyErr_SetString(PyExc_TypeError, "a scalar does not support item assignment"), -1;
  }
  std::vector<np::Index> indices;
  if (!read_indices(key, indices)) return -1;
  const np::Array& target = as_array(self)->array;
  const auto given =
      is_array(value) ? unwrap(value) : (weak_kind(value) ? array_of_sequence(value, target.dtype()) : unwrap(value));
  if (!given) return raise(given.error()), -1;
  const auto done = np::set(target, indices, *given);
  return done ? 0 : (raise_index(done.error()), -1);
}

PyObject* item_at(PyObject* self, Py_ssize_t position) {
  const pyvm::Ref key(PyLong_FromSsize_t(position));
  return key ? get_item(self, key.get()) : nullptr;
}

PyObject* iterate(PyObject* self) {
  if (as_array(self)->array.rank() > 0) return PySeqIter_New(self);
  PyErr_SetString(PyExc_TypeError, "iteration over a 0-d array");
  return nullptr;
}

int contains(PyObject* self, PyObject* value) {
  const pyvm::Ref equal(PyObject_RichCompare(self, value, Py_EQ));
  if (!equal || !is_array(equal.get())) return equal ? 0 : -1;
  const auto flags = as_array(equal.get())->array.contiguous();
  if (!flags) return raise(flags.error()), -1;
  const bool* flag = flags->data<bool>();
  return std::find(flag, flag + flags->size(), true) != flag + flags->size() ? 1 : 0;
}

template <class F>
PyType_Slot slot(int id, F* function) {
  return {id, reinterpret_cast<void*>(function)};
}
}  // namespace

void add_indexing_slots(std::vector<PyType_Slot>& slots) {
  slots.insert(slots.end(), {slot(Py_mp_subscript, get_item), slot(Py_mp_ass_subscript, set_item),
                             slot(Py_sq_item, item_at), slot(Py_tp_iter, iterate), slot(Py_sq_contains, contains)});
}

}  // namespace walle::package
