#include "daemon/models/engine.h"

namespace walle::daemon {

Result<std::shared_ptr<const EngineModel>> open_model(int) {
  return fail(ErrorCode::unsupported, "this walled was built without the tensor engine; it runs tasks only");
}

Result<bool> use_device_profile(const std::string&) { return false; }

}  // namespace walle::daemon
