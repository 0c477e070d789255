#include "daemon/bus/tasks.h"

#include "daemon/bus/answers.h"

namespace walle::daemon::bus::tasks {

void run(Service& service, const Caller&, dbus::TasksRunIn in, Reply<dbus::TasksRunOut> reply) {
  if (auto known = check_options(in.options, {}); !known) return reply(fail(known.error()));
  std::vector<Value> events;
  for (size_t i = 0; i < in.events.size(); ++i) {
    auto event = wire::event_from_value(in.events[i]);
    if (!event) return reply(fail(event.error().with("event " + std::to_string(i))));
    if (event->time_us == 0) event->time_us = service.clock.wall_us();
    events.push_back(wire::to_value(*event));
  }
  const auto number = service.registry.ledger().number_run();
  if (!number) return reply(fail(number.error()));
  RunRequest request{.run = *number, .task = in.task, .time_us = service.clock.wall_us()};
  request.events = [events = std::move(events)]() -> Result<std::vector<Value>> { return events; };
  request.done = [reply](const Value& record) { reply(dbus::TasksRunOut{.record = record}); };
  if (auto submitted = service.supervisor.submit(std::move(request)); !submitted) reply(fail(submitted.error()));
}

}  // namespace walle::daemon::bus::tasks
