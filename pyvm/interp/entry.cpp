#include "pyvm/interp/entry.h"

#include <filesystem>

#include "pyvm/interp/runtime.h"

namespace walle::pyvm {
namespace {
tl::unexpected<Error> raised() { return fail(ErrorCode::failed_precondition, "the import raised an exception"); }

bool set_path(const std::string& files, const std::string& folder) {
  const Ref path(PyList_New(0));
  if (!path) return false;
  const bool nested = folder != files;
  for (const std::string& entry : {nested ? folder : files, nested ? files : Runtime::stdlib(), Runtime::stdlib()}) {
    const Ref text(PyUnicode_DecodeFSDefault(entry.c_str()));
    if (!text || PyList_Append(path.get(), text.get()) < 0) return false;
  }
  return PySys_SetObject("path", path.get()) == 0;
}

/// The steps of importlib for a file of a given name, so that a task may call its entry as a module of the library.
Ref import_file(const std::string& name, const std::string& path) {
  const Ref external(PyImport_ImportModule("_frozen_importlib_external"));
  const Ref core(PyImport_ImportModule("_frozen_importlib"));
  if (!external || !core) return {};
  const Ref spec(PyObject_CallMethod(external.get(), "spec_from_file_location", "ss", name.c_str(), path.c_str()));
  if (!spec) return {};
  Ref module(PyObject_CallMethod(core.get(), "module_from_spec", "O", spec.get()));
  if (!module) return {};
  PyObject* modules = PyImport_GetModuleDict();
  if (PyDict_SetItemString(modules, name.c_str(), module.get()) < 0) return {};
  const Ref loader(PyObject_GetAttrString(spec.get(), "loader"));
  const Ref executed(loader ? PyObject_CallMethod(loader.get(), "exec_module", "O", module.get()) : nullptr);
  if (!executed) return {};
  return module;
}
}  // namespace

Result<Ref> import_entry(const std::string& files, const std::string& entry) {
  const std::filesystem::path relative = std::filesystem::path(entry).lexically_normal();
  if (relative.empty() || relative.is_absolute() || *relative.begin() == ".." || relative.extension() != ".py") {
    return fail(ErrorCode::invalid_argument, "entry '" + entry + "' must be a .py file inside the task's folder");
  }
  const std::filesystem::path path = files / relative;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return fail(ErrorCode::not_found, "entry '" + entry + "' is not in the task's folder");
  }
  if (!set_path(files, path.parent_path().string())) return raised();
  const Ref module = import_file(relative.stem().string(), path.string());
  if (!module) return raised();
  Ref run(PyObject_GetAttrString(module.get(), "run"));
  if (!run) PyErr_Clear();
  if (!run || !PyCallable_Check(run.get())) {
    return fail(ErrorCode::invalid_argument, entry + " does not define run(event, ctx)");
  }
  return run;
}

void clear_modules_below(const std::string& files) {
  const Ref atexit(PyImport_ImportModule("atexit"));
  const Ref ran(atexit ? PyObject_CallMethod(atexit.get(), "_run_exitfuncs", nullptr) : nullptr);
  PyErr_Clear();
  const Ref modules(files.empty() ? nullptr : PyDict_Values(PyImport_GetModuleDict()));
  for (Py_ssize_t i = 0; modules && i < PyList_GET_SIZE(modules.get()); ++i) {
    PyObject* module = PyList_GET_ITEM(modules.get(), i);
    const Ref file(PyModule_Check(module) ? PyModule_GetFilenameObject(module) : nullptr);
    const char* path = file ? PyUnicode_AsUTF8(file.get()) : nullptr;
    if (path && std::string_view(path).starts_with(files)) PyDict_Clear(PyModule_GetDict(module));
    PyErr_Clear();
  }
  PyErr_Clear();
  PyGC_Collect();
  PyErr_Clear();
}

}  // namespace walle::pyvm
