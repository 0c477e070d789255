#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "libwalle/base/result.h"
#include "pyvm/interp/interpreter.h"

namespace walle::pyvm {

/// Keeps `warm` interpreters ready. What is taken is the caller's; it is ended, not returned. Thread-safe.
class Pool {
 public:
  explicit Pool(size_t warm);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// A warm one, or, when there is none, one made now. Errors: those of Interpreter::create.
  [[nodiscard]] Result<std::unique_ptr<Interpreter>> take();
  /// Blocks until `warm` of them are ready or one could not be made.
  void wait_until_warm();
  [[nodiscard]] size_t ready() const;

 private:
  void refill();

  const size_t warm_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Interpreter>> ready_;
  bool failed_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace walle::pyvm
