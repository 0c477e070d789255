#include "pyvm/interp/runtime.h"

#include <algorithm>
#include <filesystem>

#include "pyvm/interp/account.h"

namespace walle::pyvm {
namespace {
struct State {
  bool started = false;
  std::string stdlib;
  std::vector<std::string> importable;
};
State& state() {
  static State state;
  return state;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::string name = entry.path().stem().string();
    if (name.front() != '_') names.push_back(std::move(name));
  }
  return names;
}

void add_builtin_names(std::vector<std::string>& names) {
  for (const struct _inittab* module = PyImport_Inittab; module->name; ++module) {
    const std::string_view name = module->name;
    if (name.front() != '_' && !name.starts_with("walle.")) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

tl::unexpected<Error> python_error(const char* what, const PyStatus& status) {
  return fail(ErrorCode::failed_precondition,
              std::string("Python did not start: ") + what + ": " + (status.err_msg ? status.err_msg : "exit"));
}

/// All paths are given, so that CPython looks for nothing by itself.
PyStatus set_paths(PyConfig& config, const std::string& stdlib) {
  wchar_t** const paths[] = {
      &config.home,       &config.prefix,          &config.base_prefix, &config.exec_prefix, &config.base_exec_prefix,
      &config.stdlib_dir, &config.base_executable, &config.executable};
  for (wchar_t** path : paths) {
    const PyStatus status = PyConfig_SetBytesString(&config, path, stdlib.c_str());
    if (PyStatus_Exception(status)) return status;
  }
  config.module_search_paths_set = 1;
  wchar_t* wide = Py_DecodeLocale(stdlib.c_str(), nullptr);
  if (!wide) return PyStatus_NoMemory();
  const PyStatus status = PyWideStringList_Append(&config.module_search_paths, wide);
  PyMem_RawFree(wide);
  return status;
}

Status initialise(const std::string& stdlib) {
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  PyStatus status = Py_PreInitialize(&before);
  if (PyStatus_Exception(status)) return python_error("preparation", status);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.write_bytecode = 0;
  config.install_signal_handlers = 0;
  config.pathconfig_warnings = 0;
  config.configure_c_stdio = 0;
  config.buffered_stdio = 0;
  config.use_frozen_modules = 1;
  status = set_paths(config, stdlib);
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) return python_error("configuration", status);
  return {};
}
}  // namespace

Status Runtime::start(const RuntimeOptions& options) {
  State& s = state();
  if (s.started) return {};
  if (!std::filesystem::exists(options.stdlib + "/os.pyc") && !std::filesystem::exists(options.stdlib + "/os.py")) {
    return fail(ErrorCode::not_found, "no Python standard library in '" + options.stdlib + "'; give --stdlib DIR");
  }
  install_allocators();
  static std::vector<struct _inittab> table;
  for (const BuiltinModule& module : options.modules) table.push_back({module.name, module.init});
  table.push_back({nullptr, nullptr});
  if (PyImport_ExtendInittab(table.data()) < 0) return fail(ErrorCode::internal, "no memory for the module table");
  WALLE_TRY(initialise(options.stdlib));
  // Two interpreters that import datetime at once corrupt the heap unless the main interpreter did it before.
  PyObject* datetime = PyImport_ImportModule("_datetime");
  if (!datetime) {
    PyErr_Clear();
    return fail(ErrorCode::failed_precondition, "Python has no _datetime; the image is not Walle's");
  }
  Py_DECREF(datetime);
  s.stdlib = options.stdlib;
  s.importable = names_in(options.stdlib);
  add_builtin_names(s.importable);
  s.started = true;
  PyEval_SaveThread();
  return {};
}

const std::string& Runtime::stdlib() { return state().stdlib; }
const std::vector<std::string>& Runtime::importable() { return state().importable; }

}  // namespace walle::pyvm
