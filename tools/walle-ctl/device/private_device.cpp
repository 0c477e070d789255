#include "tools/walle-ctl/device/private_device.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "libwalle/base/clock.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"

namespace walle::ctl {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStartUs = 20'000'000;

/// Starts a program that ends with this one; its output goes to `log` (-1: stays ours).
pid_t spawn(std::vector<std::string> command, int log) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log < 0 ? STDERR_FILENO : log, STDOUT_FILENO);
  if (log >= 0) ::dup2(log, STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

void end(pid_t& child) {
  if (child <= 0) return;
  ::kill(child, SIGTERM);
  for (int i = 0; i < 200; ++i) {
    if (::waitpid(child, nullptr, WNOHANG) != 0) {
      child = 0;
      return;
    }
    ::usleep(10'000);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  child = 0;
}

bool ended(pid_t& child, int& status) {
  if (::waitpid(child, &status, WNOHANG) != child) return false;
  child = 0;
  return true;
}

}  // namespace

Status PrivateDevice::write_files() const {
  const std::string bus =
      "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
      "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
      "<busconfig><type>session</type><listen>unix:path=" +
      folder_ +
      "/bus</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow send_destination=\"*\"/>"
      "<allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>\n";
  WALLE_TRY(write_file_atomically(folder_ + "/bus.conf", bus, 0600));
  // The author's machine is the device, and recorded events are as old as they are.
  return write_file_atomically(folder_ + "/walled.toml",
                               "log_level = \"debug\"\n[limits]\ntime = \"1h\"\nmemory = \"16G\"\nage = \"36500d\"\n"
                               "[device]\nid = \"private\"\n",
                               0600);
}

Result<std::unique_ptr<PrivateDevice>> PrivateDevice::start(bool verbose) {
  std::unique_ptr<PrivateDevice> device(new PrivateDevice());
  std::string folder = (fs::temp_directory_path() / "walle-ctl-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return fail(system_error("make folder", folder));
  device->folder_ = folder;
  WALLE_TRY(device->write_files());
  const UniqueFd log(::open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  device->bus_ = spawn({"dbus-daemon", "--config-file=" + folder + "/bus.conf", "--nofork", "--nopidfile"}, log.get());
  const std::string address = "unix:path=" + folder + "/bus";
  const int64_t deadline_us = system_clock().monotonic_us() + kStartUs;
  auto connection = client::Connection::open(address);
  int status = 0;
  while (!connection) {
    if (ended(device->bus_, status))
      return fail(ErrorCode::not_found, "dbus-daemon does not start (package dbus): " + device->log());
    if (system_clock().monotonic_us() > deadline_us) return fail(connection.error());
    ::usleep(5'000);
    connection = client::Connection::open(address);
  }
  device->connection_ = std::make_unique<client::Connection>(std::move(*connection));
  device->walled_ = spawn({program_beside("walled"), "--ephemeral", "--config", folder + "/walled.toml", "--state-dir",
                           folder + "/state", "--bus", address},
                          verbose ? -1 : log.get());
  for (;;) {
    const auto there = device->connection_->wait_for_service(100'000);
    if (there) return device;
    if (ended(device->walled_, status)) return fail(ErrorCode::unavailable, "walled does not start: " + device->log());
    if (system_clock().monotonic_us() > deadline_us) return fail(there.error().with(device->log()));
  }
}

std::string PrivateDevice::log() const {
  const auto text = read_text(folder_ + "/log", 16U << 20);
  if (!text) return "";
  return text->size() > 4000 ? text->substr(text->size() - 4000) : *text;
}

PrivateDevice::~PrivateDevice() {
  end(walled_);
  connection_.reset();
  end(bus_);
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

}  // namespace walle::ctl
