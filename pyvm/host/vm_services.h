#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "pyvm/host/calls.h"
#include "pyvm/interp/services.h"

namespace walle::pyvm {

class Interpreter;

/// What a VM of this host may ask: everything goes to walled with the VM's and the run's number on it. It also keeps
/// which runs are waiting, so that a cancel meets the right one.
class VmServices final : public Services {
 public:
  VmServices(int64_t vm, Outbox& outbox, Calls& calls, const std::atomic<int>& threads,
             std::map<std::string, int> models)
      : vm_(vm), outbox_(outbox), calls_(calls), threads_(threads), models_(std::move(models)) {}

  [[nodiscard]] Result<Value> call(std::string_view method, Value arguments,
                                   const std::function<bool()>& stopped) override;
  void log(LogLevel level, std::string_view text, Value fields) override;
  [[nodiscard]] Result<int> model(const std::string& name) override;
  [[nodiscard]] int threads() const override { return threads_; }

  void queued(int64_t run);
  /// It is this run's turn; false if it was cancelled while it waited.
  [[nodiscard]] bool begin(int64_t run);
  void end(int64_t run);
  /// Stops the run if it is going on, or keeps it from beginning. False if it is not one of this VM's.
  bool cancel(int64_t run, Interpreter& interpreter);

 private:
  const int64_t vm_;
  Outbox& outbox_;
  Calls& calls_;
  const std::atomic<int>& threads_;
  const std::map<std::string, int> models_;
  std::mutex mutex_;
  int64_t current_ = 0;
  int64_t lines_ = 0;
  std::set<int64_t> waiting_;
  std::set<int64_t> cancelled_;
};

}  // namespace walle::pyvm
