#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::manager {

Result<dbus::ManagerListModelsOut> list_models(Service& service, const Caller&, dbus::ManagerListModelsIn in) {
  WALLE_TRY(check_options(in.options, {}));
  std::vector<Value> models = service.models.list();
  for (const auto& [task, installed] : service.registry.tasks())
    for (const auto& [name, path] : installed.manifest.models)
      models.push_back({{"name", name}, {"owner", "task"}, {"task", task}, {"file", path}});
  return dbus::ManagerListModelsOut{.models = std::move(models)};
}

}  // namespace walle::daemon::bus::manager
