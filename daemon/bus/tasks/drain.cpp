#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

void drain(Service& service, const Caller&, dbus::TasksDrainIn in, Reply<dbus::TasksDrainOut> reply) {
  if (auto known = check_options(in.options, {"timeout_us"}); !known) return reply(fail(known.error()));
  const auto timeout_us = get_int_or(in.options, "timeout_us", 20'000'000);
  if (!timeout_us) return reply(fail(timeout_us.error()));
  service.pipeline.release();
  if (service.supervisor.busy() == 0 && service.pipeline.unfired() == 0) return reply(dbus::TasksDrainOut{});
  // Whichever comes first answers; the other finds the flag set.
  auto answered = std::make_shared<bool>(false);
  auto timer = std::make_shared<Registration>();
  const auto answer = [answered, timer, reply](Result<dbus::TasksDrainOut> result) {
    if (std::exchange(*answered, true)) return;
    timer->reset();
    reply(std::move(result));
  };
  service.drains.push_back([answer] { answer(dbus::TasksDrainOut{}); });
  *timer = service.loop.after(*timeout_us, [answer] {
    answer(fail(ErrorCode::deadline_exceeded, "runs still wait or go on; see walle-ctl task list"));
  });
}

}  // namespace walle::daemon::bus::tasks
