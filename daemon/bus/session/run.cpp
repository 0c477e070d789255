#include "daemon/bus/session.h"

#include "daemon/bus/answers.h"
#include "daemon/bus/session_options.h"

namespace walle::daemon::bus::session {

void run(Service& service, const Caller& caller, dbus::SessionRunIn in, Reply<dbus::SessionRunOut> reply) {
  const auto id = session_of(caller);
  const auto options = run_options(in.options);
  if (!id || !options) return reply(fail(id ? options.error() : id.error()));
  std::vector<RawTensor> inputs;
  size_t bytes = 0;
  for (auto& [name, tensor] : in.inputs) {
    auto& [dtype, dims, contents] = tensor;
    const auto held = std::make_shared<std::vector<uint8_t>>(std::move(contents));
    bytes += held->size();
    inputs.push_back({name, dtype, dims, held->data(), held->size(), held});
  }
  if (bytes > kMaxSmallBytes)
    return reply(fail(ErrorCode::resource_exhausted, "the inputs are over 64 KiB; use RunShared"));
  service.models.run(
      *id, owner_of(caller), std::move(inputs), options->deadline_us,
      [reply, options = *options](Result<std::vector<RawTensor>> outputs, int64_t time_us) {
        if (!outputs) return reply(fail(outputs.error()));
        dbus::SessionRunOut out{.info = {{"time_us", time_us}}};
        size_t size = 0;
        for (const RawTensor& tensor : *outputs) {
          if (!options.wants(tensor.name)) continue;
          size += tensor.bytes;
          out.outputs[tensor.name] = {tensor.dtype, tensor.dims,
                                      std::vector<uint8_t>(tensor.data, tensor.data + tensor.bytes)};
        }
        if (size > kMaxSmallBytes)
          return reply(fail(ErrorCode::resource_exhausted, "the outputs are over 64 KiB; use RunShared"));
        reply(std::move(out));
      });
}

}  // namespace walle::daemon::bus::session
