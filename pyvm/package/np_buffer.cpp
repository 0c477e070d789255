// The buffer protocol, both ways, without copies.
#include <memory>

#include "pyvm/interp/interpreter.h"
#include "pyvm/package/array_object.h"
#include "pyvm/package/np_object.h"

namespace walle::package {
namespace {
/// What a view needs beyond the array: it has to outlive the call that filled it.
struct Exported {
  Py_ssize_t shape[np::kMaxRank];
  Py_ssize_t strides[np::kMaxRank];
  char format[2];
};

/// Holds an exporter's buffer; the last view that goes gives it back, on the interpreter's own thread.
struct Imported {
  Py_buffer view{};
  Imported() = default;
  Imported(const Imported&) = delete;
  Imported& operator=(const Imported&) = delete;
  ~Imported() { PyBuffer_Release(&view); }
};

Result<DType> dtype_of(const Py_buffer& view) {
  const std::string_view format = view.format ? view.format : "B";
  auto dtype = np::dtype_named(format == "c" ? "B" : format);
  if (!dtype || static_cast<Py_ssize_t>(bits_of(*dtype) / 8) != view.itemsize) {
    return fail(ErrorCode::invalid_argument, "buffers of format '" + std::string(format) + "' cannot be arrays");
  }
  return dtype;
}
}  // namespace

int export_buffer(PyObject* self, Py_buffer* view, int flags) {
  const np::Array& array = as_array(self)->array;
  view->obj = nullptr;
  const char format = np::buffer_format(array.dtype());
  const char* problem = nullptr;
  if ((flags & PyBUF_WRITABLE) == PyBUF_WRITABLE && !array.writable()) problem = "the array is read-only";
  const bool strided = (flags & PyBUF_STRIDES) == PyBUF_STRIDES;
  if (!strided && !array.is_contiguous()) problem = "the array is not contiguous; copy() it";
  if (format == '\0') problem = "bfloat16 has no buffer format; use astype";
  auto* exported = problem ? nullptr : new (std::nothrow) Exported;
  if (!exported) {
    PyErr_SetString(PyExc_BufferError, problem ? problem : "no memory");
    return -1;
  }
  const auto item = static_cast<Py_ssize_t>(array.item_bytes());
  for (int i = 0; i < array.rank(); ++i) {
    exported->shape[i] = array.dim(i);
    exported->strides[i] = array.strides()[i] * item;
  }
  exported->format[0] = format;
  exported->format[1] = '\0';
  view->obj = Py_NewRef(self);
  view->buf = array.raw();
  view->len = static_cast<Py_ssize_t>(array.bytes());
  view->itemsize = item;
  view->readonly = !array.writable();
  view->ndim = array.rank();
  view->format = (flags & PyBUF_FORMAT) ? exported->format : nullptr;
  view->shape = (flags & PyBUF_ND) == PyBUF_ND ? exported->shape : nullptr;
  view->strides = strided ? exported->strides : nullptr;
  view->suboffsets = nullptr;
  view->internal = exported;
  return 0;
}

void release_buffer(PyObject*, Py_buffer* view) { delete static_cast<Exported*>(view->internal); }

Result<np::Array> import_buffer(PyObject* object) {
  auto held = std::make_shared<Imported>();
  if (PyObject_GetBuffer(object, &held->view, PyBUF_FULL_RO) < 0) {
    PyErr_Clear();
    return fail(ErrorCode::invalid_argument, std::string(Py_TYPE(object)->tp_name) + " does not give its buffer");
  }
  const Py_buffer& view = held->view;
  const DType dtype = WALLE_TRY(dtype_of(view));
  if (view.ndim > np::kMaxRank) return fail(ErrorCode::invalid_argument, "buffer of more than 16 dimensions");
  np::Dims dims;
  np::Dims strides;
  for (int i = 0; i < view.ndim; ++i) {
    dims.push_back(view.shape ? view.shape[i] : view.len / view.itemsize);
    if (view.strides && view.strides[i] % view.itemsize != 0) {
      return fail(ErrorCode::invalid_argument, "buffer whose strides are no multiple of its items");
    }
    strides.push_back(view.strides ? view.strides[i] / view.itemsize : 1);
  }
  if (!view.strides) strides = np::contiguous_strides(dims);
  if (reinterpret_cast<uintptr_t>(view.buf) % static_cast<uintptr_t>(view.itemsize) != 0) {
    return fail(ErrorCode::invalid_argument, "buffer that is not aligned to its items; copy it");
  }
  void* data = view.buf;
  const bool writable = !view.readonly;
  return np::Array::borrow(dtype, dims, strides, data, std::move(held), writable);
}

}  // namespace walle::package
