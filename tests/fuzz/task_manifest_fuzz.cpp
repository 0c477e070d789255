#include <cstdlib>

#include "ipc/bundle/path.h"
#include "ipc/bundle/task_manifest.h"

/// task.toml: never a crash; whatever is accepted stays inside its folder.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace walle;
  const auto task = bundle::parse_task_manifest({reinterpret_cast<const char*>(data), size});
  if (!task) return 0;
  if (!bundle::check_path(task->entry)) std::abort();
  for (const auto& [name, path] : task->models) {
    if (!bundle::check_path(path)) std::abort();
  }
  return 0;
}
