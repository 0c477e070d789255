#include "daemon/tasks/host.h"

#include <uv.h>

#include <array>
#include <csignal>
#include <cstring>

namespace walle::daemon {

/// The process as libuv sees it. Outlives the Host until the kernel has reaped it.
struct Host::Process {
  uv_process_t handle{};
  Host* owner = nullptr;
};

namespace {

std::string reason_of(int64_t status, int signal) {
  if (signal != 0) return std::string("killed by ") + ::strsignal(signal);
  return "ended with status " + std::to_string(status);
}

}  // namespace

Result<std::unique_ptr<Host>> Host::start(Loop& loop, std::vector<std::string> command, Callbacks callbacks) {
  auto ends = WALLE_TRY(channel::Channel::pair());
  UniqueFd theirs = std::move(ends.second).take();
  std::unique_ptr<Host> host(new Host());
  host->callbacks_ = std::move(callbacks);
  auto* process = new Process{.handle = {}, .owner = host.get()};
  process->handle.data = process;

  std::array<uv_stdio_container_t, 4> files{};
  files[0].flags = UV_IGNORE;
  files[1].flags = UV_IGNORE;
  files[2].flags = UV_INHERIT_FD;
  files[2].data.fd = 2;
  files[3].flags = UV_INHERIT_FD;
  files[3].data.fd = theirs.get();
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<char*, 1> environment{nullptr};
  uv_process_options_t options{};
  options.file = command.front().c_str();
  options.args = arguments.data();
  options.env = environment.data();
  options.stdio_count = static_cast<int>(files.size());
  options.stdio = files.data();
  options.exit_cb = [](uv_process_t* handle, int64_t status, int signal) {
    auto* ended = static_cast<Process*>(handle->data);
    if (ended->owner != nullptr) {
      ended->owner->process_ = nullptr;
      ended->owner->end(reason_of(status, signal));
    }
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete static_cast<Process*>(closed->data); });
  };
  if (const int code = uv_spawn(loop.raw(), &process->handle, &options); code != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(&process->handle),
             [](uv_handle_t* closed) { delete static_cast<Process*>(closed->data); });
    return fail(code == UV_ENOENT ? ErrorCode::not_found : ErrorCode::unavailable,
                "cannot start '" + command.front() + "': " + uv_strerror(code));
  }
  host->process_ = process;
  host->port_ = WALLE_TRY(ChannelPort::create(
      loop, std::move(ends.first),
      {.received = [raw = host.get()](channel::Message message) { raw->callbacks_.received(std::move(message.body)); },
       .refused = nullptr,
       .gone = [raw = host.get()] { raw->kill(); }}));
  return host;
}

Host::~Host() {
  if (process_ == nullptr) return;
  process_->owner = nullptr;
  uv_process_kill(&process_->handle, SIGKILL);
}

Status Host::send(Value body, std::vector<UniqueFd> descriptors) {
  return port_->send(std::move(body), std::move(descriptors));
}

void Host::kill() {
  if (process_ != nullptr) uv_process_kill(&process_->handle, SIGKILL);
}

int Host::pid() const { return process_ == nullptr ? 0 : process_->handle.pid; }

void Host::end(const std::string& reason) {
  if (ended_) return;
  ended_ = true;
  const auto ended = callbacks_.ended;
  ended(reason);
}

}  // namespace walle::daemon
