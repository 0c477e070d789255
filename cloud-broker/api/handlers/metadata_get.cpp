#include "cloud-broker/api/handler.h"

#include <filesystem>

namespace walle::api {
namespace {

Result<Response> run(Backend& backend, const Request& request) {
  const std::string& file = request.path.at("file");
  const bool plain = file.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
  if (!plain || !file.ends_with(".json") || file.front() == '.')
    return fail(ErrorCode::not_found, "no such metadata file");
  const std::string path = backend.service.config().state_dir + "/origin/metadata/" + file;
  if (!std::filesystem::exists(path)) return fail(ErrorCode::not_found, "no such metadata file");
  return Response{200, "application/json", "", path, file != bundle::timestamp_file()};
}
}  // namespace

extern const HandlerDef kMetadataGet;
const HandlerDef kMetadataGet = {"GET", "/v1/metadata/{file}", "signed metadata: root, timestamp, snapshot, targets",
                                 Access::open, run};

}  // namespace walle::api
