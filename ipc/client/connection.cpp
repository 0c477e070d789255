#include "ipc/client/connection.h"

#include <systemd/sd-bus.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "ipc/dbus/errors.h"
#include "ipc/dbus/names.h"
#include "libwalle/base/clock.h"

namespace walle::client {
namespace {

struct MessageUnref {
  void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using MessagePointer = std::unique_ptr<sd_bus_message, MessageUnref>;

Error bus_error(int code, const sd_bus_error& error) {
  if (error.name != nullptr) return dbus::error_from(error.name, error.message == nullptr ? "" : error.message);
  if (code == -ETIMEDOUT) return Error{ErrorCode::deadline_exceeded, "walled did not answer in time"};
  return Error{ErrorCode::unavailable, std::string("the bus broke off: ") + std::strerror(-code)};
}

Result<sd_bus*> open_address(const std::string& address) {
  sd_bus* bus = nullptr;
  int code = sd_bus_new(&bus);
  if (code >= 0) code = sd_bus_set_address(bus, address.c_str());
  if (code >= 0) code = sd_bus_set_bus_client(bus, 1);
  if (code >= 0) code = sd_bus_start(bus);
  if (code >= 0) return bus;
  sd_bus_unref(bus);
  return fail(ErrorCode::unavailable, "cannot reach the bus '" + address + "': " + std::strerror(-code) +
                                          "; check the address, or whether it runs");
}

}  // namespace

void Connection::Closer::operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const std::string& bus) {
  sd_bus* raw = nullptr;
  if (bus != "system" && bus != "session") {
    raw = WALLE_TRY(open_address(bus));
  } else {
    const int code = bus == "system" ? sd_bus_open_system(&raw) : sd_bus_open_user(&raw);
    if (code < 0)
      return fail(ErrorCode::unavailable, "cannot reach the " + bus + " bus: " + std::strerror(-code) +
                                              "; name another with --bus ADDRESS or WALLE_BUS");
  }
  return Connection(raw);
}

Status Connection::wait_for_service(int64_t timeout_us) {
  const int64_t deadline_us = system_clock().monotonic_us() + timeout_us;
  for (;;) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* raw = nullptr;
    const int code = sd_bus_call_method(bus_.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "GetNameOwner", &error, &raw, "s", dbus::kBusName);
    const MessagePointer reply(raw);
    sd_bus_error_free(&error);
    if (code >= 0) return {};
    if (system_clock().monotonic_us() >= deadline_us)
      return fail(ErrorCode::unavailable, "walled did not appear on the bus in time");
    ::usleep(5'000);
  }
}

Status Connection::call(const std::string& path, const char* interface, const char* member,
                        const std::function<Status(sd_bus_message*)>& append,
                        const std::function<Status(sd_bus_message*)>& read, int64_t timeout_us) {
  sd_bus_message* raw = nullptr;
  int code = sd_bus_message_new_method_call(bus_.get(), &raw, dbus::kBusName, path.c_str(), interface, member);
  if (code < 0) return fail(ErrorCode::unavailable, std::string("no call possible: ") + std::strerror(-code));
  const MessagePointer request(raw);
  WALLE_TRY(append(request.get()));
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message* answer = nullptr;
  code =
      sd_bus_call(bus_.get(), request.get(), static_cast<uint64_t>(std::max<int64_t>(timeout_us, 1)), &error, &answer);
  const MessagePointer reply(answer);
  if (code < 0) {
    Error failed = bus_error(code, error);
    sd_bus_error_free(&error);
    return fail(std::move(failed));
  }
  return read(reply.get());
}

Status Connection::get_property(const std::string& path, const char* interface, const char* member,
                                const char* signature, const std::function<Status(sd_bus_message*)>& read) {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message* answer = nullptr;
  const int code =
      sd_bus_get_property(bus_.get(), dbus::kBusName, path.c_str(), interface, member, &error, &answer, signature);
  const MessagePointer reply(answer);
  if (code < 0) {
    Error failed = bus_error(code, error);
    sd_bus_error_free(&error);
    return fail(std::move(failed));
  }
  return read(reply.get());
}

}  // namespace walle::client
