#pragma once

#include <string>

#include "daemon/tasks/registry.h"
#include "libwalle/base/value.h"

namespace walle::daemon {

/// What a task asks for through its host. All outlive the call.
struct HostCall {
  const Installed& task;      ///< who asks: known to walled, not believed
  const std::string& method;  ///< "store.append"
  const Value& arguments;
  std::string feature_id;  ///< what a feature sent by this call is called (streamd::NewFeature::id); empty: a new name
};

}  // namespace walle::daemon
