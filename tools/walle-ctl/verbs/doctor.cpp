#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "ipc/client/manager.h"
#include "ipc/client/tasks.h"
#include "libwalle/base/parse.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr int64_t kLowDiskBytes = 512LL << 20;

/// What was found, "ok", "warning" or "problem", and what to do.
Value finding(std::string_view check, std::string_view result, std::string detail, std::string next = "") {
  return {{"check", check}, {"result", result}, {"detail", std::move(detail)}, {"next", std::move(next)}};
}

void check_programs(std::vector<Value>& found) {
  for (const char* name : {"walled", "walle-vmd"}) {
    const std::string path = program_beside(name);
    std::error_code error;
    found.push_back(std::filesystem::exists(path, error)
                        ? finding(name, "ok", path)
                        : finding(name, "warning", path + " is not there", "install the package walle-device"));
  }
}

void check_disk(std::vector<Value>& found) {
  struct statvfs disk {};
  const char* path = ::access("/var/lib/walle", F_OK) == 0 ? "/var/lib/walle" : "/var/lib";
  if (::statvfs(path, &disk) != 0) return;
  const auto free = static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize);
  found.push_back(free < kLowDiskBytes ? finding("disk", "problem", format_bytes(free) + " free on " + path,
                                                 "make room: events and rows are refused on a full disk")
                                       : finding("disk", "ok", format_bytes(free) + " free on " + path));
}

void check_tasks(client::Connection& connection, std::vector<Value>& found) {
  client::Tasks tasks(connection);
  const auto list = tasks.list(Value::object());
  if (!list) return found.push_back(finding("tasks", "problem", list.error().message, "see walle-ctl logs"));
  for (const Value& task : *list) {
    const std::string name = "task " + get_string_or(task, "task", "").value_or("");
    const std::string state = get_string_or(task, "state", "").value_or("");
    const std::string version = get_string_or(task, "version", "").value_or("");
    const int64_t runs = get_int_or(task, "runs", 0).value_or(0);
    const int64_t failures = get_int_or(task, "failures", 0).value_or(0);
    const std::string detail =
        version + " " + state + ", " + std::to_string(failures) + " of " + std::to_string(runs) + " runs failed";
    if (state == "failed")
      found.push_back(finding(name, "problem", detail, "walle-ctl task records --status failed shows why"));
    else
      found.push_back(finding(name, failures * 2 > runs ? "warning" : "ok", detail,
                              failures == 0 ? "" : "walle-ctl task records --status failed shows why"));
  }
}

void check_service(Context& context, std::vector<Value>& found) {
  auto connection = connect(context);
  if (!connection) {
    found.push_back(finding("bus", "problem", connection.error().message, "start the bus, or name it by --bus"));
    return;
  }
  found.push_back(finding("bus", "ok", context.bus()));
  client::Manager manager(*connection);
  const auto status = manager.get_status(Value::object());
  if (!status) {
    found.push_back(
        finding("service", "problem", status.error().message, "systemctl start walled; then walle-ctl logs"));
    return;
  }
  found.push_back(finding("service", "ok", "walled " + get_string_or(*status, "version", "?").value_or("?")));
  const Value& link = status->contains("link") ? (*status)["link"] : Value::object();
  const std::string state = get_string_or(link, "state", "none").value_or("none");
  found.push_back(finding("cloud", state == "online" ? "ok" : "warning",
                          state + ": " + get_string_or(link, "detail", "").value_or(""),
                          state == "online" ? "" : "enrol the device, or see journalctl -u walle-netd"));
  check_tasks(*connection, found);
}

Result<int> run(Context& context, const Arguments&) {
  std::vector<Value> found;
  check_programs(found);
  check_disk(found);
  check_service(context, found);
  static constexpr std::array<Column, 4> kColumns{
      {{"check", "CHECK"}, {"result", "RESULT"}, {"detail", "FOUND"}, {"next", "NEXT"}}};
  context.output().table(kColumns, found, "");
  for (const Value& each : found)
    if (each["result"] == "problem") return 1;
  return 0;
}

}  // namespace

extern const VerbDef kDoctor;
const VerbDef kDoctor{
    .noun = "",
    .name = "doctor",
    .summary = "Check the device from programs to cloud, and say what to do",
    .details = "Exit code 1 when there is a problem.",
    .arguments = {},
    .run = run,
};

}  // namespace walle::ctl
