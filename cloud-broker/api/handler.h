#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "cloud-broker/core/service.h"
#include "libwalle/base/result.h"
#include "libwalle/base/value.h"

namespace walle::api {

/// A request as handlers see it: parsed, bounded, authenticated.
struct Request {
  std::map<std::string, std::string> path;  ///< of the pattern's {names}
  std::map<std::string, std::string> query;
  std::string body;
  std::string actor;  ///< "admin", or empty for an open endpoint

  /// The body as a JSON map whose keys are all among `known`. Errors: invalid_argument naming the key.
  [[nodiscard]] Result<Value> json(std::span<const std::string_view> known) const;
  [[nodiscard]] std::string query_or(const std::string& key, std::string fallback) const;
  /// Errors: invalid_argument outside low..high.
  [[nodiscard]] Result<int64_t> query_int(const std::string& key, int64_t fallback, int64_t low, int64_t high) const;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::string file;        ///< instead of `body`: a file, served with Range
  bool immutable = false;  ///< may be cached for ever
};
[[nodiscard]] Response json_response(const Value& value, int status = 200);

/// What handlers may use.
struct Backend {
  core::Service& service;
  /// Prometheus text of counters that others keep (transport, tunnel); may be empty.
  std::function<std::map<std::string, double>()> counters;
  /// Bytes of blobs sent, over all listeners.
  std::atomic<int64_t>* blob_bytes = nullptr;
};

/// Who may call: anyone; whoever reaches the plain listener on loopback, else admins; admins.
enum class Access : uint8_t { open, local, admin };

/// One endpoint; api/handlers/<name>.cpp defines one, named after the file. POSTs of admins with an Idempotency-Key
/// header are answered from memory when they are repeated.
struct HandlerDef {
  std::string_view method;   ///< "GET", "POST", "PATCH", "DELETE"
  std::string_view pattern;  ///< "/v1/releases/{release}"
  std::string_view meaning;
  Access access;
  Result<Response> (*run)(Backend& backend, const Request& request);
};

/// All endpoints, sorted by file name (generated).
[[nodiscard]] std::span<const HandlerDef* const> handlers();

/// The HTTP status of an error, and the body {"error": {"code", "message"}}.
[[nodiscard]] Response error_response(const Error& error);

}  // namespace walle::api
