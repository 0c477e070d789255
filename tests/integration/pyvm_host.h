#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "ipc/channel/channel.h"
#include "libwalle/base/clock.h"

namespace walle {

/// A real walle-vmd on the other end of a channel, and a folder for its tasks.
class HostProcess {
 public:
  HostProcess() {
    char name[] = "/tmp/walle-host-XXXXXX";
    root_ = mkdtemp(name);
    auto pair = channel::Channel::pair();
    EXPECT_TRUE(pair);
    channel_.emplace(std::move(pair->first));
    const int theirs = pair->second.fd();
    pid_ = fork();
    if (pid_ == 0) {
      if (theirs == 3) {
        fcntl(3, F_SETFD, 0);
      } else {
        dup2(theirs, 3);
      }
      const std::string program = std::string(WALLE_BINARY_DIR) + "/bin/walle-vmd";
      execl(program.c_str(), program.c_str(), "--warm", "1", nullptr);
      _exit(127);
    }
  }
  ~HostProcess() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(root_);
  }
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  void send(const Value& message, std::span<const int> descriptors = {}) {
    const auto sent = channel_->send(message, descriptors);
    EXPECT_TRUE(sent) << sent.error().message;
  }

  /// The next message that is not a log line; log lines are kept. Null when the host has gone or said nothing in time.
  Value next(int64_t timeout_us = 10'000'000) {
    for (;;) {
      auto message = channel_->receive(timeout_us);
      if (!message || !*message) return nullptr;
      if ((*message)->body["type"] != "log") return (*message)->body;
      logs.push_back((*message)->body);
    }
  }

  /// Loads `source` as VM `vm`; the answer.
  Value load(int vm, const std::string& source, Value limits = {{"time_us", 2'000'000}, {"memory_bytes", 64 << 20}},
             const std::map<std::string, std::string>& models = {}) {
    const std::string files = root_ + "/task" + std::to_string(vm);
    std::filesystem::create_directories(files);
    std::filesystem::create_directories(data(vm));
    std::ofstream(files + "/main.py") << source;
    Value named = Value::array();
    std::vector<UniqueFd> files_open;
    std::vector<int> descriptors;
    for (const auto& [name, path] : models) {
      named.push_back({{"name", name}, {"fd", descriptors.size()}});
      descriptors.push_back(files_open.emplace_back(open(path.c_str(), O_RDONLY | O_CLOEXEC)).get());
    }
    send(Value{{"type", "load"},
               {"vm", vm},
               {"task", "t" + std::to_string(vm)},
               {"version", "1.0.0"},
               {"files", files},
               {"data", data(vm)},
               {"entry", "main.py"},
               {"limits", std::move(limits)},
               {"device", {{"room", "reading"}}},
               {"models", std::move(named)}},
         descriptors);
    return next();
  }

  void start(int vm, int run, const Value& event = Value::object(), int64_t time_us = 2'000'000) {
    send(Value{{"type", "run"},
               {"run", run},
               {"vm", vm},
               {"event", event},
               {"deadline_us", system_clock().monotonic_us() + time_us}});
  }
  Value run(int vm, const Value& event = Value::object(), int64_t time_us = 2'000'000) {
    start(vm, 7, event, time_us);
    return next();
  }

  /// Waits for the process to end; its status as waitpid gives it.
  int wait_for_end() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }
  void hang_up() { channel_.reset(); }

  [[nodiscard]] std::string data(int vm) const { return root_ + "/data" + std::to_string(vm); }
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  std::vector<Value> logs;

 private:
  std::string root_;
  std::optional<channel::Channel> channel_;
  pid_t pid_ = -1;
};

}  // namespace walle
