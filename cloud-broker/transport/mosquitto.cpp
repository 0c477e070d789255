#include "cloud-broker/transport/mosquitto.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "libwalle/base/file.h"
#include "libwalle/base/unique_fd.h"

namespace walle::transport {
namespace {

using namespace std::chrono_literals;

Result<int> free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return fail(system_error("find a free port"));
  return ntohs(address.sin_port);
}

/// Whether somebody accepts connections on a port of this machine.
bool accepts(int port) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return socket && ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

/// The program's path: as given, in PATH, or in /usr/sbin, which users' PATHs leave out.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return std::filesystem::exists(name) ? name : "";
  const char* path = std::getenv("PATH");
  std::stringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/local/sbin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return folder + "/" + name;
  return "";
}

pid_t spawn(const std::string& program, const std::string& configuration) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  // It must not outlive us, also when we are killed.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = ::open("/dev/null", O_RDONLY);
  if (null >= 0) ::dup2(null, 0);
  ::execl(program.c_str(), program.c_str(), "-c", configuration.c_str(), static_cast<char*>(nullptr));
  ::_exit(127);
}

void wait_for(std::stop_token stop, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(10ms);
}

}  // namespace

std::string mosquitto_conf(const MosquittoOptions& options) {
  std::string text = "# Written by walle-broker at each start; changes are lost.\n";
  text += "listener " + std::to_string(options.port) + " " + options.host + "\n";
  text += "cafile " + options.ca + "\ncertfile " + options.certificate + "\nkeyfile " + options.key + "\n";
  text += "tls_version tlsv1.3\nrequire_certificate true\nuse_identity_as_username true\nallow_anonymous false\n";
  text += "acl_file " + options.folder + "/acl\n";
  // Without it every TLS handshake waits for a delayed acknowledgement: 22 instead of 814 connections a second.
  text += "set_tcp_nodelay true\n";
  text += "persistence false\nmax_packet_size 4194304\nmax_queued_messages 1000\nmax_queued_bytes 16777216\n";
  text += "max_inflight_messages 50\nlog_dest stderr\nlog_type error\nconnection_messages false\n";
  if (::geteuid() == 0) text += "user root\n";  // the key files are ours alone
  return text;
}

std::string mosquitto_acl(const MosquittoOptions& options) {
  std::string text = "# %u is the name in the device's certificate.\n";
  for (const char* topic : {"report", "feature", "link"})
    text += std::string("pattern write walle/1/+/%u/") + topic + "\n";
  for (const char* topic : {"offer", "ack", "event"}) text += std::string("pattern read walle/1/+/%u/") + topic + "\n";
  text += "pattern read walle/1/nudge\n";
  text += "user " + options.service_user + "\ntopic readwrite walle/1/#\n";
  return text;
}

Result<std::unique_ptr<Mosquitto>> Mosquitto::start(MosquittoOptions options) {
  const std::string program = find_program(options.program);
  if (program.empty())
    return fail(ErrorCode::not_found,
                "no program " + options.program + ": install mosquitto, or name an MQTT broker by [mqtt] url");
  options.program = program;
  if (options.port == 0) options.port = WALLE_TRY(free_port());
  WALLE_TRY(make_folders(options.folder, 0700));
  WALLE_TRY(write_file_atomically(options.folder + "/acl", mosquitto_acl(options), 0600));
  WALLE_TRY(write_file_atomically(options.folder + "/mosquitto.conf", mosquitto_conf(options), 0600));
  std::unique_ptr<Mosquitto> mosquitto(new Mosquitto(std::move(options)));
  mosquitto->supervisor_ = std::jthread([self = mosquitto.get()](std::stop_token stop) { self->supervise(stop); });
  // A session that is tried too early costs a second; it is tried again anyway if this is not enough.
  for (int i = 0; i < 400 && !accepts(mosquitto->port()); ++i) std::this_thread::sleep_for(5ms);
  return mosquitto;
}

Mosquitto::~Mosquitto() {
  supervisor_.request_stop();
  if (supervisor_.joinable()) supervisor_.join();
}

void Mosquitto::supervise(std::stop_token stop) {
  auto pause = 50ms;
  while (!stop.stop_requested()) {
    const auto started = std::chrono::steady_clock::now();
    const pid_t child = spawn(options_.program, options_.folder + "/mosquitto.conf");
    pid_ = child;
    int status = 0;
    while (child > 0 && ::waitpid(child, &status, WNOHANG) == 0) {
      if (stop.stop_requested()) {
        ::kill(child, SIGTERM);
        ::waitpid(child, &status, 0);
        break;
      }
      std::this_thread::sleep_for(20ms);
    }
    pid_ = 0;
    if (stop.stop_requested()) return;
    ++restarts_;
    // One that ends at once (a port in use, say) is tried less and less often.
    pause = std::chrono::steady_clock::now() - started > 5s ? 50ms : std::min(pause * 2, 5000ms);
    wait_for(stop, pause);
  }
}

}  // namespace walle::transport
