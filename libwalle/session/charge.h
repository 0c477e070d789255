#pragma once

#include <memory>
#include <string>
#include <utility>

#include <walle/engine/memory.h>

#include "libwalle/base/result.h"

namespace walle::session {

/// Bytes that a budget was charged with; given back at the end. Move only.
class Charge {
 public:
  Charge() = default;
  /// `what` for the message: "weights". budget: null charges nobody. Errors: resource_exhausted.
  [[nodiscard]] static Result<Charge> take(std::shared_ptr<engine::MemoryBudget> budget, int64_t bytes,
                                           const std::string& what) {
    if (budget != nullptr && !budget->charge(bytes))
      return fail(ErrorCode::resource_exhausted,
                  "no memory for " + what + " of " + std::to_string(bytes) + " bytes within the limit");
    return Charge(std::move(budget), bytes);
  }
  Charge(Charge&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
  Charge& operator=(Charge&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    budget_ = std::exchange(other.budget_, nullptr);
    bytes_ = other.bytes_;
    return *this;
  }
  ~Charge() { give_back(); }

 private:
  Charge(std::shared_ptr<engine::MemoryBudget> budget, int64_t bytes) : budget_(std::move(budget)), bytes_(bytes) {}
  void give_back() {
    if (budget_ != nullptr) budget_->release(bytes_);
    budget_ = nullptr;
  }

  std::shared_ptr<engine::MemoryBudget> budget_;
  int64_t bytes_ = 0;
};

}  // namespace walle::session
