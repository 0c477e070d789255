#include "daemon/bus/manager.h"

#include "daemon/bus/answers.h"
#include "daemon/bus/version.h"

namespace walle::daemon::bus::manager {

uint32_t revision(Service&) { return kRevision; }

}  // namespace walle::daemon::bus::manager
