#include "daemon/bus/server.h"

#include <systemd/sd-bus.h>

#include <array>
#include <cstring>

#include "daemon/bus/answers.h"
#include "daemon/bus/deployments.h"
#include "daemon/bus/emit.h"
#include "daemon/bus/manager.h"
#include "daemon/bus/session.h"
#include "daemon/bus/stream.h"
#include "daemon/bus/tasks.h"
#include "daemon/bus/tunnel.h"
#include "ipc/dbus/names.h"

namespace walle::daemon::bus {
namespace {

struct Table {
  const char* interface;
  const sd_bus_vtable* (*vtable)();
};
constexpr std::array<Table, 5> kTables{{{dbus::kManager, manager::vtable},
                                        {dbus::kTasks, tasks::vtable},
                                        {dbus::kStream, stream::vtable},
                                        {dbus::kTunnel, tunnel::vtable},
                                        {dbus::kDeployments, deployments::vtable}}};

Status checked_call(int code, const std::string& what) {
  if (code >= 0) return {};
  return fail(code == -EEXIST ? ErrorCode::already_exists : ErrorCode::unavailable, what + ": " + std::strerror(-code));
}

Result<sd_bus*> connect(const std::string& address) {
  sd_bus* bus = nullptr;
  int code = 0;
  if (address == "system" || address == "session") {
    code = address == "system" ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);
  } else {
    code = sd_bus_new(&bus);
    if (code >= 0) code = sd_bus_set_address(bus, address.c_str());
    if (code >= 0) code = sd_bus_set_bus_client(bus, 1);
    if (code >= 0) code = sd_bus_start(bus);
  }
  if (code >= 0) return bus;
  sd_bus_unref(bus);
  return fail(ErrorCode::unavailable, "cannot reach the bus '" + address + "': " + std::strerror(-code));
}

/// Whether a session object is there, for calls to it.
int find_session(sd_bus*, const char* path, const char*, void* service, void** found, sd_bus_error*) {
  const auto id = session_of({.path = path});
  if (!id || !static_cast<Service*>(service)->models.has_session(*id)) return 0;
  *found = service;
  return 1;
}

/// A connection left the bus.
int on_owner_changed(sd_bus_message* message, void* service, sd_bus_error*) {
  const char* name = nullptr;
  const char* before = nullptr;
  const char* after = nullptr;
  if (sd_bus_message_read(message, "sss", &name, &before, &after) < 0) return 0;
  if (name[0] == ':' && *after == '\0') static_cast<Service*>(service)->models.owner_gone(name);
  return 0;
}

Status add_objects(sd_bus* bus, Service& service) {
  for (const Table& table : kTables)
    WALLE_TRY(
        checked_call(sd_bus_add_object_vtable(bus, nullptr, dbus::kPath, table.interface, table.vtable(), &service),
                     std::string("object ") + table.interface));
  WALLE_TRY(checked_call(sd_bus_add_fallback_vtable(bus, nullptr, dbus::kSessionPath, dbus::kSession, session::vtable(),
                                                    find_session, &service),
                         "session objects"));
  return checked_call(sd_bus_add_match(bus, nullptr,
                                       "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                                       "member='NameOwnerChanged',arg2=''",
                                       on_owner_changed, &service),
                      "match on NameOwnerChanged");
}

}  // namespace

void Server::Closer::operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
Server::~Server() { pump_.reset(); }

Result<std::unique_ptr<Server>> Server::open(const std::string& address, Service& service, std::function<void()> lost) {
  std::unique_ptr<Server> server(new Server());
  server->bus_.reset(WALLE_TRY(connect(address)));
  WALLE_TRY(add_objects(server->bus_.get(), service));
  auto named = checked_call(sd_bus_request_name(server->bus_.get(), dbus::kBusName, 0), "name org.walle.Walle1");
  if (!named && named.error().code == ErrorCode::already_exists)
    return fail(ErrorCode::already_exists, "another walled serves this bus already");
  WALLE_TRY(std::move(named));
  server->pump_ = WALLE_TRY(BusPump::create(service.loop, server->bus_.get(), std::move(lost)));
  return server;
}

void Server::run_finished(const Value& record) {
  const dbus::TasksRunFinishedSignal signal{.task = get_string_or(record, "task", "").value_or(""),
                                            .run = get_int_or(record, "run", 0).value_or(0),
                                            .status = get_string_or(record, "status", "").value_or("")};
  // A signal that is lost says nothing that Records does not.
  [[maybe_unused]] const auto sent = emit(bus_.get(), dbus::kTasks, "RunFinished", signal);
}

void Server::task_changed(const std::string& task, const Installed* installed) {
  dbus::TasksTaskChangedSignal signal{.task = task};
  if (installed != nullptr) {
    signal.version = installed->row.key.version;
    signal.state = name_of(installed->row.state);
  }
  [[maybe_unused]] const auto sent = emit(bus_.get(), dbus::kTasks, "TaskChanged", signal);
}

void Server::link_changed(const std::string& state, const std::string& detail) {
  const dbus::TunnelLinkChangedSignal signal{.state = state, .detail = detail};
  [[maybe_unused]] const auto sent = emit(bus_.get(), dbus::kTunnel, "LinkChanged", signal);
}

}  // namespace walle::daemon::bus
