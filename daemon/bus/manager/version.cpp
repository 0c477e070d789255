#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"
#include "daemon/bus/version.h"

namespace walle::daemon::bus::manager {

std::string version(Service&) { return kVersion; }

}  // namespace walle::daemon::bus::manager
