#include <array>
#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

constexpr std::array<std::string_view, 1> kKeys = {"labels"};

Result<Response> run(Backend& backend, const Request& request) {
  const Value body = WALLE_TRY(request.json(kKeys));
  const Value* labels = WALLE_TRY(get_map(body, "labels"));
  WALLE_TRY(backend.service.set_labels(request.path.at("device"), *labels, request.actor));
  const Value device = WALLE_TRY(backend.service.device(request.path.at("device")));
  return json_response(device);
}

}  // namespace

extern const HandlerDef kDeviceLabels;
const HandlerDef kDeviceLabels = {"PATCH", "/v1/devices/{device}", "sets the labels that an operator gives a device",
                                  Access::admin, run};

}  // namespace walle::api
