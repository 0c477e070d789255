#include "cloud-broker/api/handler.h"

namespace walle::api {
namespace {

// Open: names are hashes, and devices verify what they get. Who knows a name may have the bytes.
Result<Response> run(Backend& backend, const Request& request) {
  const Digest digest = WALLE_TRY(digest_from_hex(request.path.at("sha256")));
  if (!backend.service.blobs().has(digest)) return fail(ErrorCode::not_found, "no such blob");
  return Response{200, "application/octet-stream", "", backend.service.blobs().path_of(digest), true};
}
}  // namespace

extern const HandlerDef kBlobGet;
const HandlerDef kBlobGet = {"GET", "/v1/blobs/{sha256}", "a blob by its hash; Range is understood", Access::open, run};

}  // namespace walle::api
