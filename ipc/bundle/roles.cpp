#include "ipc/bundle/roles.h"

#include <set>

#include "libwalle/base/base64.h"

namespace walle::bundle {

Result<Envelope> parse_envelope(std::string_view json, size_t limit) {
  Value value = WALLE_TRY(parse_json(json, {.bytes = limit, .depth = 12}));
  Envelope out;
  out.content = *WALLE_TRY(get_map(value, "signed"));
  const Value* signatures = WALLE_TRY(get_list(value, "signatures"));
  if (signatures->size() > kMaxSignatures) return fail(ErrorCode::resource_exhausted, "more than 32 signatures");
  for (const Value& item : *signatures) {
    Signature signature;
    signature.key = WALLE_TRY(get_string(item, "key"));
    const std::string text = WALLE_TRY(get_string(item, "signature"));
    signature.bytes = WALLE_TRY(base64_decode(text));
    out.signatures.push_back(std::move(signature));
  }
  return out;
}

std::string encode_envelope(const Envelope& envelope) {
  Value signatures = Value::array();
  for (const Signature& signature : envelope.signatures) {
    signatures.push_back({{"key", signature.key}, {"signature", base64_encode(signature.bytes)}});
  }
  return to_json({{"signed", envelope.content}, {"signatures", std::move(signatures)}});
}

Status add_signature(Envelope& envelope, const SigningKey& key) {
  const std::string message = WALLE_TRY(canonical_json(envelope.content));
  std::string id = key.public_key().id();
  std::erase_if(envelope.signatures, [&](const Signature& s) { return s.key == id; });
  if (envelope.signatures.size() >= kMaxSignatures) {
    return fail(ErrorCode::resource_exhausted, "more than 32 signatures");
  }
  auto bytes = WALLE_TRY(key.sign(message));
  envelope.signatures.push_back({.key = std::move(id), .bytes = std::move(bytes)});
  return {};
}

Result<std::string> sign_envelope(const Value& content, std::span<const SigningKey> keys) {
  Envelope envelope{.content = content};
  WALLE_TRY(canonical_json(content));
  for (const SigningKey& key : keys) WALLE_TRY(add_signature(envelope, key));
  return encode_envelope(envelope);
}

Status verify_threshold(const Envelope& envelope, const Role& role, const std::map<std::string, PublicKey>& keys,
                        std::string_view name) {
  const std::string message = WALLE_TRY(canonical_json(envelope.content));
  const std::set<std::string> allowed(role.keys.begin(), role.keys.end());
  std::set<std::string> good;
  for (const Signature& signature : envelope.signatures) {
    const auto key = keys.find(signature.key);
    if (key == keys.end() || !allowed.contains(signature.key) || good.contains(signature.key)) continue;
    if (key->second.verify(message, signature.bytes)) good.insert(signature.key);
  }
  if (static_cast<int64_t>(good.size()) >= role.threshold && role.threshold > 0) return {};
  return fail(ErrorCode::permission_denied, std::string(name) + ": " + std::to_string(good.size()) + " of " +
                                                std::to_string(role.threshold) + " required signatures");
}

std::string root_file(int64_t version) { return std::to_string(version) + ".root.json"; }
std::string snapshot_file(int64_t version) { return std::to_string(version) + ".snapshot.json"; }
std::string targets_file(std::string_view scenario, int64_t version) {
  return std::to_string(version) + "." + std::string(scenario) + ".json";
}

}  // namespace walle::bundle
