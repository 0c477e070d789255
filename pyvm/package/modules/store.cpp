// walle.store: append(table, row), query(table, where=None, limit=None, newest_first=False) on collective storage.
#include "pyvm/package/host_call.h"
#include "pyvm/package/module_def.h"

namespace walle::package {
namespace {
PyObject* append(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"table", "row", nullptr};
  const char* table = nullptr;
  PyObject* row = nullptr;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "sO:append", const_cast<char**>(names), &table, &row)) {
    return nullptr;
  }
  Value value;
  if (!read_argument(row, "row", value)) return nullptr;
  return host_call("store.append", Value{{"table", table}, {"row", std::move(value)}});
}

PyObject* query(PyObject*, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"table", "where", "limit", "newest_first", nullptr};
  const char* table = nullptr;
  PyObject* where = Py_None;
  PyObject* limit = Py_None;
  int newest_first = 0;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "s|OOp:query", const_cast<char**>(names), &table, &where,
                                   &limit, &newest_first)) {
    return nullptr;
  }
  Value request{{"table", table}, {"newest_first", newest_first != 0}};
  if (where != Py_None && !read_argument(where, "where", request["where"])) return nullptr;
  if (limit != Py_None && !read_argument(limit, "limit", request["limit"])) return nullptr;
  return host_call("store.query", std::move(request));
}

template <PyObject* (*kFunction)(PyObject*, PyObject*, PyObject*)>
PyMethodDef method(const char* name, const char* text) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(kFunction)), METH_VARARGS | METH_KEYWORDS,
          text};
}

PyMethodDef methods[] = {
    method<append>("append", "append(table, row): adds a row (a dict) to a table of collective storage."),
    method<query>("query", "query(table, where=None, limit=None, newest_first=False): a list of rows."),
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef_Slot slots[] = {{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED}, {0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "walle.store", "Rows that outlive a run.", 0, methods, slots, nullptr, nullptr, nullptr};
PyObject* init() { return PyModuleDef_Init(&definition); }
}  // namespace

extern const ModuleDef kStore;
const ModuleDef kStore{"walle.store", init};

}  // namespace walle::package
