#include "daemon/bus/session.h"

#include "daemon/bus/answers.h"
#include "daemon/bus/session_options.h"

namespace walle::daemon::bus::session {

void run_shared(Service& service, const Caller& caller, dbus::SessionRunSharedIn in,
                Reply<dbus::SessionRunSharedOut> reply) {
  const auto id = session_of(caller);
  const auto options = run_options(in.options);
  if (!id || !options) return reply(fail(id ? options.error() : id.error()));
  std::vector<RawTensor> inputs;
  for (const auto& [name, tensor] : in.inputs) {
    const auto& [dtype, dims, file, offset, bytes] = tensor;
    auto input = shared_tensor(name, dtype, dims, file.get(), offset, bytes);
    if (!input) return reply(fail(input.error()));
    inputs.push_back(std::move(*input));
  }
  service.models.run(*id, owner_of(caller), std::move(inputs), options->deadline_us,
                     [reply, options = *options](Result<std::vector<RawTensor>> outputs, int64_t time_us) {
                       if (!outputs) return reply(fail(outputs.error()));
                       reply(shared_outputs(*outputs, options, time_us));
                     });
}

}  // namespace walle::daemon::bus::session
