#include "pyvm/host/load_message.h"

namespace walle::pyvm {
namespace {
Result<std::map<std::string, int>> read_models(const Value& body, std::span<const UniqueFd> descriptors) {
  std::map<std::string, int> models;
  if (!body.contains("models")) return models;
  const Value* list = WALLE_TRY(get_list(body, "models"));
  for (const Value& entry : *list) {
    const std::string name = WALLE_TRY(get_string(entry, "name"));
    const int64_t index = WALLE_TRY(get_int(entry, "fd"));
    if (index < 0 || static_cast<size_t>(index) >= descriptors.size()) {
      return fail(ErrorCode::invalid_argument, "model '" + name + "' has no descriptor with the message");
    }
    models[name] = descriptors[static_cast<size_t>(index)].get();
  }
  return models;
}

Result<std::string> absolute_folder(const Value& body, const char* key) {
  std::string folder = WALLE_TRY(get_string(body, key));
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  if (folder.empty() || folder.front() != '/') {
    return fail(ErrorCode::invalid_argument, std::string(key) + " must be an absolute folder");
  }
  return folder;
}
}  // namespace

Result<LoadMessage> read_load_message(const Value& body, std::span<const UniqueFd> descriptors) {
  LoadMessage message;
  message.vm = WALLE_TRY(get_int(body, "vm"));
  message.models = WALLE_TRY(read_models(body, descriptors));
  LoadOptions& options = message.options;
  options.task = WALLE_TRY(get_string(body, "task"));
  options.version = WALLE_TRY(get_string_or(body, "version", ""));
  options.files = WALLE_TRY(absolute_folder(body, "files"));
  options.data = WALLE_TRY(absolute_folder(body, "data"));
  options.entry = WALLE_TRY(get_string_or(body, "entry", "main.py"));
  if (body.contains("device")) options.device = *WALLE_TRY(get_map(body, "device"));
  if (body.contains("limits")) {
    const Value& limits = *WALLE_TRY(get_map(body, "limits"));
    message.time_us = WALLE_TRY(get_int_or(limits, "time_us", 5'000'000));
    options.memory_bytes = WALLE_TRY(get_int_or(limits, "memory_bytes", options.memory_bytes));
  }
  if (options.memory_bytes < (1 << 20)) {
    return fail(ErrorCode::invalid_argument, "limits.memory_bytes must be at least 1 MiB");
  }
  return message;
}

}  // namespace walle::pyvm
