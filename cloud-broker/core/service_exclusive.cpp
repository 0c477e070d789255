#include "cloud-broker/core/service.h"
#include "ipc/bundle/seal.h"
#include "libwalle/base/digest.h"

namespace walle::core {

Result<std::vector<wire::ExclusiveFile>> Service::sealed_files(const store::DeviceRow& device,
                                                               const std::string& manifest_sha256) {
  std::vector<wire::ExclusiveFile> out;
  auto files = WALLE_TRY(store_->exclusive(manifest_sha256, device.id, device.certificate_sha256));
  for (store::ExclusiveRow& file : files) {
    if (file.sealed_sha256.empty()) WALLE_TRY(seal_one(device, file));
    const Digest digest = WALLE_TRY(digest_from_hex(file.sealed_sha256));
    out.push_back({.path = file.path, .size = file.sealed_size, .sha256 = digest});
  }
  return out;
}

Status Service::seal_one(const store::DeviceRow& device, store::ExclusiveRow& file) {
  if (device.certificate_pem.empty())
    return fail(ErrorCode::failed_precondition, "device " + device.id +
                                                    " enrolled before its certificate was kept, so nothing can be "
                                                    "sealed for it; enrol it again: walle-ctl device enrol");
  const Digest plain = WALLE_TRY(digest_from_hex(file.sha256));
  const auto bytes = WALLE_TRY(private_blobs_->get(plain, bundle::kMaxExclusiveBytes));
  const auto sealed = WALLE_TRY(bundle::seal_for(device.certificate_pem, bytes));
  file.sealed_sha256 = to_hex(WALLE_TRY(blobs_->put(sealed)));
  file.sealed_size = static_cast<int64_t>(sealed.size());
  return store_->remember_sealed(file, device.certificate_sha256);
}

}  // namespace walle::core
