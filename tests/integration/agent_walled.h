#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "ipc/bundle/installer.h"
#include "ipc/channel/channel.h"
#include "libwalle/base/file.h"

namespace walle::integration {

/// walled's end of net.sock in a few lines: verifies each folder as walled has to, "runs" it, and gives the verdict
/// that the test wants.
class ScriptedWalled {
 public:
  ScriptedWalled(const std::string& socket, std::string root_file)
      : root_file_(std::move(root_file)), listener_(channel::listen(socket).value()) {
    thread_ = std::jthread([this](std::stop_token stop) { run(stop); });
  }
  ~ScriptedWalled() {
    thread_.request_stop();
    thread_.join();
  }

  std::set<std::string> bad;  ///< versions that fail their probation; set before they come

  std::vector<std::string> exclusive;  ///< files that only this device gets; set before they come

  [[nodiscard]] std::string bundle_folder() {
    const std::lock_guard lock(mutex_);
    return bundle_folder_;
  }
  [[nodiscard]] std::string running(const std::string& task) {
    const std::lock_guard lock(mutex_);
    const auto it = tasks_.find(task);
    return it == tasks_.end() ? "" : it->second.version;
  }
  [[nodiscard]] bool online() {
    const std::lock_guard lock(mutex_);
    return link_ == "online";
  }
  [[nodiscard]] std::vector<std::string> uploaded() {
    const std::lock_guard lock(mutex_);
    return uploaded_;
  }
  [[nodiscard]] std::vector<std::string> problems() {
    const std::lock_guard lock(mutex_);
    return problems_;
  }
  void send_feature(const std::string& id, const Value& value) {
    const std::lock_guard lock(mutex_);
    const auto bytes = to_cbor(value);
    if (!channel_) return;
    (void)channel_->send({{"type", "features"},
                          {"items",
                           {{{"id", id},
                             {"task", "ocr"},
                             {"version", "1.0.0"},
                             {"name", "ocr"},
                             {"time_us", 1'700'000'000'000'000},
                             {"bytes", Value::binary(bytes)}}}}});
  }

 private:
  struct Running {
    std::string version;
    int64_t counter = 0;
  };

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd wanted{.fd = channel_ ? channel_->fd() : listener_.get(), .events = POLLIN};
      if (::poll(&wanted, 1, 20) <= 0) continue;
      const std::lock_guard lock(mutex_);
      if (!channel_) {
        UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (socket) channel_.emplace(std::move(socket));
        continue;
      }
      auto message = channel_->receive(0);
      if (!message || !*message) {
        channel_.reset();
        link_.clear();
        continue;
      }
      handle((*message)->body);
    }
  }

  void handle(const Value& body) {
    const std::string type = get_string(body, "type").value_or("");
    if (type == "hello") send_profile();
    if (type == "link") link_ = get_string(body, "state").value_or("");
    if (type == "switch") on_switch(body);
    if (type == "remove") {
      tasks_.erase(get_string(body, "task").value_or(""));
      (void)channel_->send({{"type", "switched"}, {"id", body["id"]}, {"ok", true}});
    }
    if (type == "uploaded") {
      for (const auto& id : body["ids"]) uploaded_.push_back(id.get<std::string>());
    }
  }

  void on_switch(const Value& body) {
    const std::string task = body["task"];
    const std::string version = body["version"];
    const auto root = bundle::parse_envelope(read_text(root_file_).value());
    const auto manifest =
        bundle::verify_folder(body["folder"], digest_from_hex(std::string(body["manifest_sha256"])).value(),
                              bundle::root_from_value(root->content).value(), exclusive);
    bundle_folder_ = body["folder"];
    if (!manifest) {
      problems_.push_back(manifest.error().message);
      (void)channel_->send({{"type", "switched"},
                            {"id", body["id"]},
                            {"ok", false},
                            {"error", {{"code", "data_loss"}, {"message", manifest.error().message}}}});
      return;
    }
    const bool known = tasks_[task].version == version;
    tasks_[task] = {.version = version, .counter = body["counter"]};
    (void)channel_->send({{"type", "switched"}, {"id", body["id"]}, {"ok", true}});
    if (known) return;
    const bool good = !bad.contains(version);
    (void)channel_->send({{"type", "probation"},
                          {"task", task},
                          {"version", version},
                          {"counter", body["counter"]},
                          {"outcome", good ? "good" : "failed"},
                          {"reason", good ? "" : "raised ValueError"},
                          {"runs", 3},
                          {"failures", good ? 0 : 1}});
  }

  void send_profile() {
    Value tasks = Value::array();
    for (const auto& [task, running] : tasks_) {
      tasks.push_back({{"task", task}, {"version", running.version}, {"counter", running.counter}, {"state", "good"}});
    }
    (void)channel_->send({{"type", "profile"}, {"device", Value::object()}, {"tasks", tasks}});
  }

  std::string root_file_;
  UniqueFd listener_;
  std::mutex mutex_;
  std::optional<channel::Channel> channel_;
  std::map<std::string, Running> tasks_;
  std::string link_, bundle_folder_;
  std::vector<std::string> uploaded_, problems_;
  std::jthread thread_;
};

/// A child process that is stopped at the end.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments, const std::string& log) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    (void)!std::freopen(log.c_str(), "a", stdout);
    (void)!std::freopen(log.c_str(), "a", stderr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Process() { end(SIGTERM); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  int end(int signal) {
    if (pid_ <= 0) return 0;
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace walle::integration
