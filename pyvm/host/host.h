#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ipc/channel/channel.h"
#include "pyvm/host/vm_services.h"
#include "pyvm/pool/pool.h"

namespace walle::pyvm {

/// The host's side of ipc/host/README.md: reads messages, drives one interpreter for each loaded task.
/// Runtime::start has been called and the sandbox entered. Thread: `serve` is called once, from the main thread.
class Host {
 public:
  Host(channel::Channel channel, size_t warm);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Serves until walled hangs up.
  void serve();

 private:
  struct Vm {
    std::shared_ptr<VmServices> services;
    std::unique_ptr<Interpreter> interpreter;
    std::vector<UniqueFd> models;  ///< closed by the main thread only: VM threads have descriptors of their own
    std::shared_ptr<std::atomic<bool>> failed = std::make_shared<std::atomic<bool>>(false);
  };

  void handle(channel::Message message);
  [[nodiscard]] Status load(channel::Message& message);
  [[nodiscard]] Status run(const Value& message);
  [[nodiscard]] Status cancel(const Value& message);
  [[nodiscard]] Status unload(const Value& message);
  void drop_failed();
  void retire(int64_t vm, std::unique_ptr<Interpreter> interpreter, bool answer);
  void warn(const std::string& text);

  channel::Channel channel_;
  Outbox outbox_;
  Calls calls_;
  Pool pool_;
  std::atomic<int> threads_ = 1;
  std::map<int64_t, Vm> vms_;
};

}  // namespace walle::pyvm
