#include "daemon/models/engine.h"

namespace walle::daemon {

Result<std::shared_ptr<const EngineModel>> open_model(int) {
  return fail(ErrorCode::unsupported, "this walled was built without the tensor engine; it runs tasks only");
}

}  // namespace walle::daemon
