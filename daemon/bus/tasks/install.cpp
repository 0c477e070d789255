#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

void install(Service& service, const Caller&, dbus::TasksInstallIn in, Reply<dbus::TasksInstallOut> reply) {
  if (auto known = check_options(in.options, {"counter", "probation"}); !known) return reply(fail(known.error()));
  const auto counter = get_int_or(in.options, "counter", 0);
  const auto probation = get_bool_or(in.options, "probation", false);
  if (!counter || *counter < 0)
    return reply(fail(ErrorCode::invalid_argument, "counter has to be a whole number from 0 on"));
  if (!probation) return reply(fail(probation.error()));
  auto staged = std::make_shared<Result<Staged>>(fail(ErrorCode::internal, "not staged"));
  auto folder = std::make_shared<UniqueFd>(std::move(in.folder));
  service.loop.work(
      [staged, folder, folders = service.registry.folders()] { *staged = stage_folder(folders, folder->get()); },
      [&service, staged, reply, number = *counter, trial = *probation] {
        if (!*staged) return reply(fail(staged->error()));
        const auto installed = service.registry.activate(**staged, number, "folder", "", trial);
        if (!installed) return reply(fail(installed.error()));
        reply(dbus::TasksInstallOut{.task = describe(**installed)});
      });
}

}  // namespace walle::daemon::bus::tasks
