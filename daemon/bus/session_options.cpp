#include "daemon/bus/session_options.h"

#include <fcntl.h>

#include <algorithm>

#include "daemon/bus/answers.h"
#include "ipc/shm/tensor_file.h"

namespace walle::daemon::bus {

bool RunChoices::wants(const std::string& name) const {
  return outputs.empty() || std::find(outputs.begin(), outputs.end(), name) != outputs.end();
}

Result<RunChoices> run_options(const Value& options) {
  WALLE_TRY(check_options(options, {"deadline_us", "outputs"}));
  RunChoices choices;
  choices.deadline_us = WALLE_TRY(get_int_or(options, "deadline_us", 0));
  if (!options.contains("outputs")) return choices;
  for (const Value& name : *WALLE_TRY(get_list(options, "outputs"))) {
    if (!name.is_string()) return fail(ErrorCode::invalid_argument, "outputs has to be a list of names");
    choices.outputs.push_back(name.get<std::string>());
  }
  return choices;
}

Result<dbus::SessionRunSharedOut> shared_outputs(const std::vector<RawTensor>& outputs, const RunChoices& choices,
                                                 int64_t time_us) {
  std::vector<const RawTensor*> chosen;
  std::vector<std::span<const uint8_t>> blocks;
  for (const RawTensor& tensor : outputs) {
    if (!choices.wants(tensor.name)) continue;
    chosen.push_back(&tensor);
    blocks.emplace_back(tensor.data, tensor.bytes);
  }
  std::vector<uint64_t> offsets;
  const UniqueFd file = WALLE_TRY(shm::make_tensor_file(blocks, offsets));
  dbus::SessionRunSharedOut out{.info = {{"time_us", time_us}}};
  for (size_t i = 0; i < chosen.size(); ++i) {
    UniqueFd copy(::fcntl(file.get(), F_DUPFD_CLOEXEC, 3));
    if (!copy) return fail(system_error("duplicate descriptor"));
    out.outputs[chosen[i]->name] = {chosen[i]->dtype, chosen[i]->dims, std::move(copy), offsets[i], blocks[i].size()};
  }
  return out;
}

}  // namespace walle::daemon::bus
