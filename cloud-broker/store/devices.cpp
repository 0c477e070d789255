#include "cloud-broker/store/store.h"

namespace walle::store {
namespace {

constexpr std::string_view kColumns =
    "id, profile, labels, digest, boot, certificate_sha256, enrolled_us, last_seen_us, acked_seq, revoked, "
    "certificate_pem";

Result<DeviceRow> device_from(const Row& row) {
  DeviceRow device;
  device.id = row[0].get<std::string>();
  device.profile = WALLE_TRY(parse_json(row[1].get<std::string>()));
  device.labels = WALLE_TRY(parse_json(row[2].get<std::string>()));
  device.digest = row[3].get<std::string>();
  device.boot = row[4].get<std::string>();
  device.certificate_sha256 = row[5].get<std::string>();
  device.enrolled_us = row[6].get<int64_t>();
  device.last_seen_us = row[7].get<int64_t>();
  device.acked_seq = row[8].get<int64_t>();
  device.revoked = row[9].get<int64_t>() != 0;
  device.certificate_pem = row[10].get<std::string>();
  return device;
}

Result<TokenRow> token_from(const std::vector<Row>& rows, int64_t now_us) {
  if (rows.empty())
    return fail(ErrorCode::permission_denied, "the token is unknown; make one with walle-ctl device enrol");
  TokenRow token;
  token.sha256 = rows[0][0].get<std::string>();
  token.device = rows[0][1].get<std::string>();
  token.labels = WALLE_TRY(parse_json(rows[0][2].get<std::string>()));
  token.uses_left = rows[0][3].get<int64_t>();
  token.expires_us = rows[0][4].get<int64_t>();
  token.created_us = rows[0][5].get<int64_t>();
  if (token.uses_left <= 0) return fail(ErrorCode::permission_denied, "the token has been used");
  if (token.expires_us < now_us) return fail(ErrorCode::permission_denied, "the token has expired");
  return token;
}

constexpr std::string_view kToken =
    "SELECT sha256, device, labels, uses_left, expires_us, created_us FROM tokens WHERE sha256 = :a";

}  // namespace

Result<std::vector<DeviceRow>> Store::devices() {
  const auto rows = WALLE_TRY(database_->query("SELECT " + std::string(kColumns) + " FROM devices ORDER BY id"));
  std::vector<DeviceRow> out;
  out.reserve(rows.size());
  for (const Row& row : rows) out.push_back(WALLE_TRY(device_from(row)));
  return out;
}

Status Store::save_device(const DeviceRow& device) {
  WALLE_TRY(database_->execute(
      "INSERT INTO devices (" + std::string(kColumns) +
          ") VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k) ON CONFLICT (id) DO UPDATE SET profile = "
          "excluded.profile, labels = excluded.labels, digest = excluded.digest, boot = excluded.boot, "
          "certificate_sha256 = excluded.certificate_sha256, last_seen_us = excluded.last_seen_us, revoked = "
          "excluded.revoked, certificate_pem = excluded.certificate_pem",
      {device.id, to_json(device.profile), to_json(device.labels), device.digest, device.boot,
       device.certificate_sha256, device.enrolled_us, device.last_seen_us, device.acked_seq, device.revoked,
       device.certificate_pem}));
  return {};
}

Status Store::touch(const std::map<std::string, int64_t>& last_seen_us) {
  if (last_seen_us.empty()) return {};
  return database_->transaction([&]() -> Status {
    for (const auto& [id, time] : last_seen_us)
      WALLE_TRY(database_->execute("UPDATE devices SET last_seen_us = :a WHERE id = :b", {time, id}));
    return {};
  });
}

Status Store::add_token(const TokenRow& token, const AuditEntry& entry) {
  return database_->transaction([&]() -> Status {
    WALLE_TRY(database_->execute(
        "INSERT INTO tokens VALUES (:a, :b, :c, :d, :e, :f)",
        {token.sha256, token.device, to_json(token.labels), token.uses_left, token.expires_us, token.created_us}));
    return append_audit(entry);
  });
}

Result<TokenRow> Store::token(std::string_view token_sha256, int64_t now_us) {
  const auto found = WALLE_TRY(database_->query(kToken, {std::string(token_sha256)}));
  return token_from(found, now_us);
}

Result<DeviceRow> Store::enrol(std::string_view token_sha256, DeviceRow device, int64_t now_us) {
  const Status done = database_->transaction([&]() -> Status {
    const auto found = WALLE_TRY(database_->query(kToken, {std::string(token_sha256)}));
    const TokenRow token = WALLE_TRY(token_from(found, now_us));
    if (!token.device.empty() && token.device != device.id)
      return fail(ErrorCode::permission_denied, "the token is for device " + token.device);
    for (const auto& [key, value] : token.labels.items()) device.labels[key] = value;
    WALLE_TRY(database_->execute("UPDATE tokens SET uses_left = uses_left - 1 WHERE sha256 = :a", {token.sha256}));
    const auto known = WALLE_TRY(database_->query("SELECT id FROM devices WHERE id = :a", {device.id}));
    // A token made for this very name may enrol it anew (a device that lost its key); others may not take a name.
    if (!known.empty() && token.device != device.id)
      return fail(ErrorCode::already_exists, "a device " + device.id +
                                                 " exists; choose another name, or use a token "
                                                 "made for it to replace its certificate");
    WALLE_TRY(save_device(device));
    return append_audit(
        {0, now_us, device.id, "device.enrol", device.id, "certificate " + device.certificate_sha256, {}});
  });
  if (!done) return fail(done.error());
  return device;
}

}  // namespace walle::store
