#include "tests/integration/daemon_support.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "ipc/client/tasks.h"
#include "libwalle/base/file.h"

namespace walle::daemon_test {
namespace {

namespace fs = std::filesystem;

const std::string kBin = WALLE_BINARY_DIR "/bin/";

pid_t spawn(std::vector<std::string> command, const std::string& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

}  // namespace

Device::Device() {
  folder_ = (fs::temp_directory_path() / "walle-device-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("mkdtemp");
  write(folder_ + "/bus.conf",
        "<busconfig><type>session</type><listen>unix:path=" + folder_ +
            "/bus</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow "
            "send_destination=\"*\"/><allow receive_sender=\"*\"/><allow own=\"*\"/><allow user=\"*\"/></policy>"
            "</busconfig>");
  bus_ =
      spawn({"dbus-daemon", "--config-file=" + folder_ + "/bus.conf", "--nofork", "--nopidfile"}, folder_ + "/bus.log");
  for (int i = 0; i < 1000 && connection_ == nullptr; ++i) {
    auto opened = client::Connection::open(address());
    if (opened) connection_ = std::make_unique<client::Connection>(std::move(*opened));
    ::usleep(5'000);
  }
  if (connection_ == nullptr) throw std::runtime_error("dbus-daemon does not start");
}

Device::~Device() {
  kill();
  connection_.reset();
  ::kill(bus_, SIGKILL);
  ::waitpid(bus_, nullptr, 0);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Device::start() {
  write(folder_ + "/walled.toml", "log_level = \"debug\"\n" + config);
  walled_ = spawn(
      {kBin + "walled", "--config", folder_ + "/walled.toml", "--state-dir", folder_ + "/state", "--bus", address()},
      folder_ + "/walled.log");
  if (!connection_->wait_for_service(20'000'000)) throw std::runtime_error("walled does not start: " + log());
}

void Device::kill() {
  if (walled_ == 0) return;
  ::kill(walled_, SIGKILL);
  ::waitpid(walled_, nullptr, 0);
  walled_ = 0;
  // The bus may take a moment to notice; until then the name belongs to the dead.
  for (int i = 0; i < 1000 && connection_ && connection_->wait_for_service(0); ++i) ::usleep(2'000);
}

int Device::stop() {
  ::kill(walled_, SIGTERM);
  int status = 0;
  ::waitpid(walled_, &status, 0);
  walled_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::pair<int, std::string> Device::walled(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{kBin + "walled"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const std::string log = folder_ + "/other.log";
  fs::remove(log);
  int status = 0;
  ::waitpid(spawn(command, log), &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(log).value_or("")};
}

std::vector<pid_t> Device::hosts() const {
  std::ifstream children("/proc/" + std::to_string(walled_) + "/task/" + std::to_string(walled_) + "/children");
  std::vector<pid_t> found;
  for (pid_t child = 0; children >> child;) found.push_back(child);
  return found;
}

std::string Device::log() const { return read_text(folder_ + "/walled.log").value_or(""); }

std::string write_task(const std::string& folder, const std::string& name, const std::string& version,
                       const std::string& toml, const std::string& code) {
  std::string path = folder + "/" + name + "-" + version;
  fs::create_directories(path);
  write(path + "/task.toml", "name = \"" + name + "\"\nversion = \"" + version + "\"\n" + toml);
  write(path + "/main.py", code);
  return path;
}

Result<Value> install(Device& device, const std::string& folder, Value options) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return fail(system_error("open", folder));
  client::Tasks tasks(device.bus());
  return tasks.install(std::move(fd), std::move(options));
}

Status drain(Device& device) {
  client::Tasks tasks(device.bus());
  return tasks.drain({{"timeout_us", 20'000'000}});
}

Value event(const std::string& id, const std::string& page, Value contents) {
  Value made{{"id", id}, {"contents", std::move(contents)}};
  if (!page.empty()) made["page"] = page;
  return made;
}

}  // namespace walle::daemon_test
