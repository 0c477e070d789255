#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "libwalle/base/value.h"

namespace walle::store {

/// Who did what to what; `seq`, `hash` are filled in by the store.
struct AuditEntry {
  int64_t seq = 0;
  int64_t time_us = 0;
  std::string actor;
  std::string action;
  std::string subject;
  std::string detail;
  std::string hash;
};

/// A device that was offered a release. `outcome`: "", "good" or "failed".
struct OfferRow {
  int64_t counter = 0;
  std::string device;
  int64_t stage = 0;
  int64_t offered_us = 0;
  std::string outcome;
  std::string reason;
  int64_t decided_us = 0;
};

/// An outcome as a device reported it; `result`: "committed", "rolled_back", "failed", "removed".
struct OutcomeRow {
  int64_t seq = 0;
  int64_t counter = 0;
  std::string task;
  std::string version;
  std::string result;
  std::string reason;
  int64_t time_us = 0;
  int64_t runs = 0;
  int64_t failures = 0;
  int64_t bytes = 0;
};

struct DeviceRow {
  std::string id;
  Value profile = Value::object();  ///< as the device sent it last
  Value labels = Value::object();   ///< the operator's, from token and API; they win over the device's own
  std::string digest;               ///< hexadecimal, as sent with the profile; empty: none yet
  std::string boot;
  std::string certificate_sha256;
  std::string certificate_pem;  ///< what exclusive files are sealed for; empty for devices enrolled before 0.2
  int64_t enrolled_us = 0;
  int64_t last_seen_us = 0;
  int64_t acked_seq = 0;
  bool revoked = false;
};

/// A file for one device alone, as it lies in the private store.
struct ExclusiveRow {
  std::string device;
  std::string path;  ///< in the task's folder
  int64_t size = 0;
  std::string sha256;         ///< of the plain bytes
  int64_t sealed_size = 0;    ///< 0: not sealed for the certificate asked for
  std::string sealed_sha256;  ///< of the sealed bytes, in the origin
};

struct TokenRow {
  std::string sha256;
  std::string device;  ///< the only name it may enrol, or empty
  Value labels = Value::object();
  int64_t uses_left = 1;
  int64_t expires_us = 0;
  int64_t created_us = 0;
};

struct FeatureRow {
  std::string device;
  std::string id;
  std::string task;
  std::string version;
  std::string name;
  int64_t time_us = 0;
  int64_t received_us = 0;
  std::string value;  ///< JSON text
};

/// Newest first; empty strings match everything.
struct FeatureQuery {
  std::string task;
  std::string name;
  std::string device;
  int64_t since_us = 0;
  int64_t limit = 100;
};

/// A remembered answer to a request with an idempotency key.
struct Answer {
  std::string request_sha256;
  int64_t status = 200;
  std::string body;
};

}  // namespace walle::store
