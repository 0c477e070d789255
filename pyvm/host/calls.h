#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "pyvm/host/outbox.h"

namespace walle::pyvm {

/// Calls to walled that wait for their `reply`. Thread-safe.
class Calls {
 public:
  explicit Calls(Outbox& outbox) : outbox_(outbox) {}

  /// Sends a `call` and waits for its answer. `stopped` is looked at every 10 ms.
  /// Errors: walled's own; cancelled when stopped.
  [[nodiscard]] Result<Value> call(int64_t vm, int64_t run, std::string_view method, Value arguments,
                                   const std::function<bool()>& stopped);
  /// A `reply` has come. Unknown numbers are ignored: their caller has been stopped.
  void reply(const Value& message);

 private:
  Outbox& outbox_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t next_ = 1;
  std::map<int64_t, std::optional<Result<Value>>> waiting_;
};

}  // namespace walle::pyvm
