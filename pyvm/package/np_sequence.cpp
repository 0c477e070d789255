// Numbers and nested sequences → arrays, and elements ↔ Python numbers.
#include "libwalle/lib/np/cast.h"
#include "libwalle/lib/np/element.h"
#include "pyvm/interp/ref.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"

namespace walle::package {
namespace {
using pyvm::Ref;

bool is_nested(PyObject* object) { return PyList_Check(object) || PyTuple_Check(object) || PyRange_Check(object); }

/// First pass over a nested sequence: its shape, and a dtype that holds everything in it.
class Survey {
 public:
  Status visit(PyObject* object, int depth) {
    if (depth > np::kMaxRank) return fail(ErrorCode::invalid_argument, "lists nested deeper than 16");
    if (is_array(object)) return visit_array(as_array(object)->array, depth);
    if (!is_nested(object)) return visit_number(object, depth);
    const Ref items(PySequence_Fast(object, "a sequence"));
    if (!items) return raised();
    const Py_ssize_t length = PySequence_Fast_GET_SIZE(items.get());
    WALLE_TRY(expect(depth, length));
    if (length == 0) leaf_depth_ = leaf_depth_ < 0 ? depth + 1 : leaf_depth_;
    for (Py_ssize_t i = 0; i < length; ++i) WALLE_TRY(visit(PySequence_Fast_GET_ITEM(items.get(), i), depth + 1));
    return {};
  }
  [[nodiscard]] const np::Dims& dims() const { return dims_; }
  [[nodiscard]] DType dtype() const { return dtype_.value_or(DType::f64); }

  static tl::unexpected<Error> raised() {
    PyErr_Clear();
    return fail(ErrorCode::invalid_argument, "the sequence cannot be read");
  }

 private:
  tl::unexpected<Error> ragged() const {
    return fail(ErrorCode::invalid_argument,
                "the nested lists have different lengths (the shape begins with " + np::format_dims(dims_) + ")");
  }
  Status expect(int depth, int64_t length) {
    if (leaf_depth_ >= 0 && depth >= leaf_depth_) return ragged();
    if (dims_.size() == depth) dims_.push_back(length);
    if (dims_[depth] != length) return ragged();
    return {};
  }
  Status leaf(int depth, DType dtype) {
    if (leaf_depth_ < 0) leaf_depth_ = depth;
    if (leaf_depth_ != depth || dims_.size() != depth) return ragged();
    dtype_ = dtype_ ? np::promote(*dtype_, dtype) : dtype;
    return {};
  }
  Status visit_array(const np::Array& array, int depth) {
    for (int i = 0; i < array.rank(); ++i) WALLE_TRY(expect(depth + i, array.dim(i)));
    return leaf(depth + array.rank(), array.dtype());
  }
  Status visit_number(PyObject* object, int depth) {
    if (PyBool_Check(object)) return leaf(depth, DType::boolean);
    if (PyFloat_Check(object)) return leaf(depth, DType::f64);
    if (PyLong_Check(object)) {
      int overflow = 0;
      PyLong_AsLongLongAndOverflow(object, &overflow);
      return leaf(depth, overflow > 0 ? DType::u64 : DType::i64);
    }
    if (PyObject_CheckBuffer(object) && !PyBytes_Check(object)) {
      const np::Array array = WALLE_TRY(import_buffer(object));
      return visit_array(array, depth);
    }
    if (PyNumber_Check(object) && (PyIndex_Check(object) || Py_TYPE(object)->tp_as_number->nb_float)) {
      return leaf(depth, PyIndex_Check(object) ? DType::i64 : DType::f64);
    }
    return fail(ErrorCode::invalid_argument, "an array holds numbers, not " + std::string(Py_TYPE(object)->tp_name));
  }

  np::Dims dims_;
  int leaf_depth_ = -1;
  std::optional<DType> dtype_;
};

/// Second pass: fills in. The sequence may have changed since (other code ran), so bounds are checked again.
class Filler {
 public:
  explicit Filler(const np::Array& array) : array_(array) {}
  Status fill(PyObject* object, int depth, int64_t at) {
    if (is_array(object)) return copy(as_array(object)->array, depth, at);
    if (!is_nested(object)) return fill_leaf(object, depth, at);
    const Ref items(PySequence_Fast(object, "a sequence"));
    if (!items) return Survey::raised();
    if (depth >= array_.rank() || PySequence_Fast_GET_SIZE(items.get()) != array_.dim(depth)) return changed();
    for (Py_ssize_t i = 0; i < array_.dim(depth); ++i) {
      WALLE_TRY(fill(PySequence_Fast_GET_ITEM(items.get(), i), depth + 1, at + i * array_.strides()[depth]));
    }
    return {};
  }

 private:
  static tl::unexpected<Error> changed() {
    return fail(ErrorCode::invalid_argument, "the sequence changed while it was read");
  }
  Status copy(const np::Array& from, int depth, int64_t at) {
    np::Dims dims;
    np::Dims strides;
    for (int i = depth; i < array_.rank(); ++i) {
      dims.push_back(array_.dim(i));
      strides.push_back(array_.strides()[i]);
    }
    if (!(dims == from.dims())) return changed();
    np::assign_elements(from, array_.view(dims, strides, at));
    return {};
  }
  Status fill_leaf(PyObject* object, int depth, int64_t at) {
    if (!PyLong_Check(object) && !PyFloat_Check(object) && PyObject_CheckBuffer(object)) {
      const np::Array array = WALLE_TRY(import_buffer(object));
      return copy(array, depth, at);
    }
    if (depth != array_.rank()) return changed();
    if (store_element(object, array_.dtype(),
                      array_.data<std::byte>() + at * static_cast<int64_t>(array_.item_bytes()))) {
      return {};
    }
    PyErr_Clear();
    return fail(ErrorCode::invalid_argument,
                "a number does not fit dtype " + std::string(np::numpy_name(array_.dtype())));
  }
  const np::Array& array_;
};
}  // namespace

Result<np::Array> array_of_sequence(PyObject* object, std::optional<DType> dtype) {
  Survey survey;
  WALLE_TRY(survey.visit(object, 0));
  np::Array array = WALLE_TRY(np::Array::empty(dtype.value_or(survey.dtype()), survey.dims()));
  WALLE_TRY(Filler(array).fill(object, 0, 0));
  return array;
}

PyObject* element_object(DType dtype, const void* data) {
  PyObject* object = nullptr;
  np::visit(dtype, [&]<class T>(np::Tag<T>) {
    const auto value = np::load(*static_cast<const T*>(data));
    if constexpr (np::kIsBool<T>) {
      object = PyBool_FromLong(value);
    } else if constexpr (np::kIsFloat<T>) {
      object = PyFloat_FromDouble(static_cast<double>(value));
    } else if constexpr (std::is_unsigned_v<T>) {
      object = PyLong_FromUnsignedLongLong(value);
    } else {
      object = PyLong_FromLongLong(value);
    }
  });
  return object;
}

namespace {
template <class T>
bool store_integer(PyObject* number, void* data) {
  const Ref whole(PyNumber_Long(number));
  if (!whole) return false;
  if constexpr (std::is_same_v<T, uint64_t>) {
    const unsigned long long value = PyLong_AsUnsignedLongLong(whole.get());
    if (PyErr_Occurred()) return false;
    *static_cast<T*>(data) = value;
    return true;
  } else {
    const long long value = PyLong_AsLongLong(whole.get());
    if (PyErr_Occurred()) return false;
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
      PyErr_Format(PyExc_OverflowError, "Python integer %lld out of bounds for %s", value,
                   np::numpy_name(kDTypeOf<T>).data());
      return false;
    }
    *static_cast<T*>(data) = static_cast<T>(value);
    return true;
  }
}
}  // namespace

bool store_element(PyObject* number, DType dtype, void* data) {
  bool stored = false;
  np::visit(dtype, [&]<class T>(np::Tag<T>) {
    if constexpr (np::kIsBool<T>) {
      const int truth = PyObject_IsTrue(number);
      *static_cast<bool*>(data) = truth > 0;
      stored = truth >= 0;
    } else if constexpr (np::kIsFloat<T>) {
      const double value = PyFloat_AsDouble(number);
      stored = !PyErr_Occurred();
      if (stored) *static_cast<T*>(data) = np::store<T>(value);
    } else {
      stored = store_integer<T>(number, data);
    }
  });
  return stored;
}

std::optional<np::Weak> weak_kind(PyObject* object) {
  if (PyBool_Check(object)) return np::Weak::boolean;
  if (PyLong_Check(object)) return np::Weak::integer;
  if (PyFloat_Check(object)) return np::Weak::floating;
  return std::nullopt;
}

}  // namespace walle::package
