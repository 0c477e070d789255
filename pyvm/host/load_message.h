#pragma once

#include <map>
#include <span>
#include <string>

#include "libwalle/base/unique_fd.h"
#include "pyvm/interp/interpreter.h"

namespace walle::pyvm {

/// A `load` message, checked.
struct LoadMessage {
  int64_t vm = 0;
  int64_t time_us = 0;  ///< limit of a run
  LoadOptions options;
  std::map<std::string, int> models;  ///< name → descriptor (still the message's)
};

/// Errors: invalid_argument naming the key.
[[nodiscard]] Result<LoadMessage> read_load_message(const Value& body, std::span<const UniqueFd> descriptors);

}  // namespace walle::pyvm
