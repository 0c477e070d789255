#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "libwalle/base/result.h"

struct sd_bus;
struct sd_bus_message;

namespace walle::client {

/// How long a call waits for its answer unless told otherwise.
inline constexpr int64_t kCallTimeoutUs = 30'000'000;

/// A connection to the bus on which walled lives. The classes of the interfaces (ipc/client/tasks.h … generated from
/// the XML) make their calls on it. Move only. Not thread-safe: one connection a thread.
class Connection {
 public:
  /// `bus`: "system", "session", or a D-Bus address ("unix:path=/run/dbus/…").
  /// Errors: unavailable, saying which bus and what to do.
  [[nodiscard]] static Result<Connection> open(const std::string& bus);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Waits until walled owns its name on this bus, at most `timeout_us`. Errors: unavailable.
  [[nodiscard]] Status wait_for_service(int64_t timeout_us);

  /// For generated code: calls `interface.member` of `path` and hands the answer to `read`.
  [[nodiscard]] Status call(const std::string& path, const char* interface, const char* member,
                            const std::function<Status(sd_bus_message*)>& append,
                            const std::function<Status(sd_bus_message*)>& read, int64_t timeout_us);
  [[nodiscard]] Status get_property(const std::string& path, const char* interface, const char* member,
                                    const char* signature, const std::function<Status(sd_bus_message*)>& read);

 private:
  struct Closer {
    void operator()(sd_bus* bus) const;
  };
  explicit Connection(sd_bus* bus) : bus_(bus) {}
  std::unique_ptr<sd_bus, Closer> bus_;
};

}  // namespace walle::client
