#include "daemon/bus/dispatch.h"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/bus/service.h"

namespace walle::daemon::bus {
namespace {

struct RightRow {
  Right right;
  const char* name;
  bool everyone;  ///< without being an administrator; the bus policy decides who reaches the service at all
};
constexpr std::array<RightRow, 5> kRights{{{Right::read, "read status", true},
                                           {Right::use, "use models", true},
                                           {Right::inject, "send events", true},
                                           {Right::observe, "see events and rows", false},
                                           {Right::admin, "manage tasks", false}}};

}  // namespace

Status authorize(const Service&, const Caller& caller, Right right) {
  const RightRow& row = kRights[static_cast<size_t>(right)];
  if (row.everyone || caller.admin) return {};
  return fail(ErrorCode::permission_denied, std::string("only root, walled's own user and those in admin_users of its "
                                                        "configuration may ") +
                                                row.name);
}

Result<Caller> caller_of(const Service& service, sd_bus_message* message) {
  sd_bus_creds* credentials = nullptr;
  const int code = sd_bus_query_sender_creds(message, SD_BUS_CREDS_EUID, &credentials);
  if (code < 0) return fail(ErrorCode::permission_denied, "the bus does not say who calls");
  uid_t uid = 0;
  const int known = sd_bus_creds_get_euid(credentials, &uid);
  sd_bus_creds_unref(credentials);
  if (known < 0) return fail(ErrorCode::permission_denied, "the bus does not say which user calls");
  const char* sender = sd_bus_message_get_sender(message);
  const char* path = sd_bus_message_get_path(message);
  Caller caller{.name = sender == nullptr ? "" : sender, .uid = uid, .path = path == nullptr ? "" : path};
  caller.admin = std::find(service.admins.begin(), service.admins.end(), uid) != service.admins.end();
  return caller;
}

HeldMessage::HeldMessage(sd_bus_message* message) : message_(sd_bus_message_ref(message)) {}
HeldMessage::~HeldMessage() { sd_bus_message_unref(message_); }

namespace detail {
void unref(sd_bus_message* message) { sd_bus_message_unref(message); }
}  // namespace detail

sd_bus_message* new_reply(sd_bus_message* message) {
  sd_bus_message* reply = nullptr;
  return sd_bus_message_new_method_return(message, &reply) < 0 ? nullptr : reply;
}

void adopt_and_send(sd_bus_message* reply) { sd_bus_send(sd_bus_message_get_bus(reply), reply, nullptr); }

void send_error(sd_bus_message* message, const Error& error) {
  sd_bus_error raw = SD_BUS_ERROR_NULL;
  set_error(&raw, error);
  sd_bus_reply_method_error(message, &raw);
  sd_bus_error_free(&raw);
}

int set_error(sd_bus_error* target, const Error& error) {
  sd_bus_error_set(target, dbus::error_name(error.code).c_str(), dbus::clean_text(error.message).c_str());
  return -EIO;
}

}  // namespace walle::daemon::bus
