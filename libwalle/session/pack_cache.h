#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <walle/engine/tensor.h>

#include "libwalle/graph/backend.h"
#include "libwalle/session/charge.h"

namespace walle::session {

/// Packed constants, shared by all sessions and plans of a model: a new shape packs nothing that was packed before in
/// the same layout. Holds the constants, too, so that an address names one constant for ever. Thread-safe.
class PackCache {
 public:
  /// budget: pays for what is packed; null: nobody.
  explicit PackCache(std::shared_ptr<engine::MemoryBudget> budget = nullptr) : budget_(std::move(budget)) {}

  /// Packs what `candidate` wants packed of `constant` (whose view `problem` describes), or finds it; null if the
  /// kernel packs nothing. Errors: resource_exhausted.
  [[nodiscard]] Result<std::shared_ptr<const void>> pack(const Problem& problem, const graph::Candidate& candidate,
                                                         const engine::Tensor& constant, graph::Memory& memory);
  /// Bytes of all packed constants.
  [[nodiscard]] size_t bytes() const;

 private:
  struct Entry {
    engine::Tensor source;
    std::shared_ptr<const void> packed;
    size_t bytes = 0;
    Charge charge;
  };
  std::shared_ptr<engine::MemoryBudget> budget_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace walle::session
