#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cloud-broker/api/handler.h"

namespace walle::api {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;                  ///< 0: a free one is chosen
  std::string certificate, key;  ///< PEM files; empty: plain HTTP
  std::string token;             ///< what admins send as "Authorization: Bearer …"
};

/// The REST API on one address. Bounded: 4 MiB bodies, 10 s to send one, 16 requests at a time. Starts at once, ends
/// with its life.
class Server {
 public:
  /// Errors: unavailable if the address cannot be bound; invalid_argument for a bad certificate.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(Backend backend, ServerOptions options);
  ~Server();
  [[nodiscard]] int port() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace walle::api
