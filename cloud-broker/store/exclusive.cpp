#include "cloud-broker/store/store.h"

namespace walle::store {

Status Store::add_exclusive(const std::string& manifest_sha256, const std::vector<ExclusiveRow>& rows) {
  return database_->transaction([&]() -> Status {
    for (const ExclusiveRow& row : rows)
      WALLE_TRY(database_->execute(
          "INSERT INTO exclusive_files VALUES (:a, :b, :c, :d, :e) ON CONFLICT (manifest_sha256, device, path) DO "
          "NOTHING",
          {manifest_sha256, row.device, row.path, row.size, row.sha256}));
    return {};
  });
}

Result<std::vector<ExclusiveRow>> Store::exclusive(const std::string& manifest_sha256, const std::string& device,
                                                   const std::string& certificate_sha256) {
  const auto rows = WALLE_TRY(database_->query(
      "SELECT f.device, f.path, f.size, f.sha256 FROM exclusive_files f WHERE f.manifest_sha256 = :a AND f.device = "
      ":b ORDER BY f.path",
      {manifest_sha256, device}));
  std::vector<ExclusiveRow> out;
  for (const Row& row : rows) {
    ExclusiveRow file{
        row[0].get<std::string>(), row[1].get<std::string>(), row[2].get<int64_t>(), row[3].get<std::string>(), 0, ""};
    const auto sealed = WALLE_TRY(database_->query(
        "SELECT sealed_sha256, sealed_size FROM sealed_files WHERE sha256 = :a AND certificate_sha256 = :b",
        {file.sha256, certificate_sha256}));
    if (!sealed.empty()) {
      file.sealed_sha256 = sealed[0][0].get<std::string>();
      file.sealed_size = sealed[0][1].get<int64_t>();
    }
    out.push_back(std::move(file));
  }
  return out;
}

Status Store::remember_sealed(const ExclusiveRow& row, const std::string& certificate_sha256) {
  WALLE_TRY(database_->execute(
      "INSERT INTO sealed_files VALUES (:a, :b, :c, :d) ON CONFLICT (sha256, certificate_sha256) DO NOTHING",
      {row.sha256, certificate_sha256, row.sealed_sha256, row.sealed_size}));
  return {};
}

}  // namespace walle::store
