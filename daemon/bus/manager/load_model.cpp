#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::manager {

void load_model(Service& service, const Caller& caller, dbus::ManagerLoadModelIn in,
                Reply<dbus::ManagerLoadModelOut> reply) {
  if (auto known = check_options(in.options, {"keep"}); !known) return reply(fail(known.error()));
  const auto keep = get_bool_or(in.options, "keep", false);
  if (!keep) return reply(fail(keep.error()));
  if (*keep && !caller.admin)
    return reply(fail(ErrorCode::permission_denied, "only administrators may keep a model after they leave"));
  service.models.load(std::move(in.file), in.name, owner_of(caller), *keep, [reply](Result<Value> model) {
    if (!model) return reply(fail(model.error()));
    reply(dbus::ManagerLoadModelOut{.model = std::move(*model)});
  });
}

}  // namespace walle::daemon::bus::manager
