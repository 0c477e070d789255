#include "pyvm/interp/convert.h"

#include <cmath>

#include "pyvm/interp/ref.h"

namespace walle::pyvm {
namespace {
PyObject* list_to_python(const Value& value) {
  Ref list(PyList_New(static_cast<Py_ssize_t>(value.size())));
  if (!list) return nullptr;
  Py_ssize_t i = 0;
  for (const Value& item : value) {
    PyObject* object = to_python(item);
    if (!object) return nullptr;
    PyList_SET_ITEM(list.get(), i++, object);
  }
  return list.release();
}

PyObject* text_to_python(const std::string& text) {
  return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
}

PyObject* map_to_python(const Value& value) {
  Ref map(PyDict_New());
  if (!map) return nullptr;
  for (const auto& [key, item] : value.items()) {
    const Ref name(text_to_python(key));
    if (!name) return nullptr;
    const Ref object(to_python(item));
    if (!object || PyDict_SetItem(map.get(), name.get(), object.get()) < 0) return nullptr;
  }
  return map.release();
}

/// Walks a Python object; `path_` is where it is, for messages.
class Reader {
 public:
  Reader(std::string_view root, const ValueLimits& limits) : path_(root), limits_(limits) {}

  Result<Value> read(PyObject* object, size_t depth) {
    if (depth > limits_.depth) return refuse("is nested deeper than " + std::to_string(limits_.depth));
    WALLE_TRY(count(1));
    if (object == Py_None) return Value();
    if (PyBool_Check(object)) return Value(object == Py_True);
    if (PyLong_Check(object)) return read_int(object);
    if (PyFloat_Check(object)) return read_float(PyFloat_AS_DOUBLE(object));
    if (PyUnicode_Check(object)) return read_text(object);
    if (PyBytes_Check(object) || PyByteArray_Check(object) || PyMemoryView_Check(object)) return read_bytes(object);
    if (PyList_Check(object) || PyTuple_Check(object)) return read_list(object, depth);
    if (PyDict_Check(object)) return read_map(object, depth);
    return read_other(object, depth);
  }

 private:
  tl::unexpected<Error> refuse(const std::string& what) const {
    return fail(ErrorCode::invalid_argument, path_ + " " + what);
  }
  tl::unexpected<Error> raised() const { return fail(ErrorCode::cancelled, path_ + ": an exception was raised"); }

  Status count(size_t bytes) {
    bytes_ += bytes;
    if (bytes_ <= limits_.bytes) return {};
    return fail(ErrorCode::resource_exhausted,
                path_ + " takes the value over " + std::to_string(limits_.bytes) +
                    " bytes; send large results through the tunnel or keep them in files");
  }

  Result<Value> read_int(PyObject* object) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return Value(static_cast<int64_t>(value));
    if (overflow > 0) {
      const unsigned long long wide = PyLong_AsUnsignedLongLong(object);
      if (!PyErr_Occurred()) return Value(static_cast<uint64_t>(wide));
      PyErr_Clear();
    }
    return refuse("is an int of more than 64 bits; return it as a string");
  }

  Result<Value> read_float(double value) const {
    if (std::isfinite(value)) return Value(value);
    return refuse("is " + std::string(std::isnan(value) ? "nan" : "infinite") + ", which JSON cannot hold");
  }

  Result<Value> read_text(PyObject* object) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text) {
      if (PyErr_ExceptionMatches(PyExc_MemoryError)) return raised();
      PyErr_Clear();
      return refuse("is a str with lone surrogates; return bytes instead");
    }
    WALLE_TRY(count(static_cast<size_t>(size)));
    return Value(std::string(text, static_cast<size_t>(size)));
  }

  Result<Value> read_bytes(PyObject* object) {
    Py_buffer buffer;
    if (PyObject_GetBuffer(object, &buffer, PyBUF_SIMPLE) < 0) {
      PyErr_Clear();
      return refuse("is a memoryview with gaps; return bytes(...) of it");
    }
    const auto* data = static_cast<const uint8_t*>(buffer.buf);
    auto counted = count(static_cast<size_t>(buffer.len));
    Value value = counted ? Value::binary(std::vector<uint8_t>(data, data + buffer.len)) : Value();
    PyBuffer_Release(&buffer);
    if (!counted) return fail(counted.error());
    return value;
  }

  Result<Value> read_list(PyObject* object, size_t depth) {
    Value list = Value::array();
    const size_t length = path_.size();
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
      const Ref item = Ref::borrow(PySequence_Fast_GET_ITEM(object, i));
      path_ += "[" + std::to_string(i) + "]";
      list.push_back(WALLE_TRY(read(item.get(), depth + 1)));
      path_.resize(length);
    }
    return list;
  }

  Result<Value> read_map(PyObject* object, size_t depth) {
    Value map = Value::object();
    const size_t length = path_.size();
    // A copy of the items: reading one may run the task's code, which may change the dict.
    const Ref items(PyDict_Items(object));
    if (!items) return raised();
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items.get()); ++i) {
      PyObject* pair = PyList_GET_ITEM(items.get(), i);
      PyObject* key = PyTuple_GET_ITEM(pair, 0);
      if (!PyUnicode_Check(key)) {
        return refuse("has a key of type " + std::string(Py_TYPE(key)->tp_name) + "; keys must be str");
      }
      const Value name = WALLE_TRY(read_text(key));
      path_ += "[\"" + name.get<std::string>().substr(0, 64) + "\"]";
      map[name.get<std::string>()] = WALLE_TRY(read(PyTuple_GET_ITEM(pair, 1), depth + 1));
      path_.resize(length);
    }
    return map;
  }

  Result<Value> read_other(PyObject* object, size_t depth) {
    const Ref method(PyObject_GetAttrString(object, "tolist"));
    if (!method) {
      PyErr_Clear();
      return refuse("is of type " + std::string(Py_TYPE(object)->tp_name) +
                    "; a value that JSON can hold is needed (None, bool, int, float, str, bytes, list, dict)");
    }
    const Ref list(PyObject_CallNoArgs(method.get()));
    if (!list) return raised();
    return read(list.get(), depth + 1);
  }

  std::string path_;
  ValueLimits limits_;
  size_t bytes_ = 0;
};
}  // namespace

PyObject* to_python(const Value& value) {
  switch (value.type()) {
    case Value::value_t::boolean:
      return PyBool_FromLong(value.get<bool>());
    case Value::value_t::number_integer:
      return PyLong_FromLongLong(value.get<int64_t>());
    case Value::value_t::number_unsigned:
      return PyLong_FromUnsignedLongLong(value.get<uint64_t>());
    case Value::value_t::number_float:
      return PyFloat_FromDouble(value.get<double>());
    case Value::value_t::string:
      return text_to_python(value.get_ref<const std::string&>());
    case Value::value_t::binary: {
      const auto& bytes = value.get_binary();
      return PyBytes_FromStringAndSize(reinterpret_cast<const char*>(bytes.data()),
                                       static_cast<Py_ssize_t>(bytes.size()));
    }
    case Value::value_t::array:
      return list_to_python(value);
    case Value::value_t::object:
      return map_to_python(value);
    case Value::value_t::null:
    case Value::value_t::discarded:
      break;
  }
  return Py_NewRef(Py_None);
}

Result<Value> from_python(PyObject* object, std::string_view root, const ValueLimits& limits) {
  return Reader(root, limits).read(object, 0);
}

}  // namespace walle::pyvm
