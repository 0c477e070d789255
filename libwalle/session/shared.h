#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "libwalle/passes/pass.h"
#include "libwalle/session/charge.h"
#include "libwalle/session/pack_cache.h"

namespace walle::session {

/// What all sessions of a model share: folded constants, packed weights, the graph after the model passes. Thread-safe.
struct Shared {
  explicit Shared(std::shared_ptr<engine::MemoryBudget> payer = nullptr) : budget(payer), packed(std::move(payer)) {}

  std::shared_ptr<engine::MemoryBudget> budget;  ///< pays for the model; null: nobody
  Charge weights;
  passes::FoldCache folded;
  PackCache packed;

  /// The graph after the model passes (made once for each value of `fuse`). Errors: those of the passes.
  [[nodiscard]] Result<std::shared_ptr<const graph::Graph>> prepared(const graph::Graph& source, bool fuse);

 private:
  std::mutex mutex_;
  std::map<bool, std::shared_ptr<const graph::Graph>> prepared_;
};

}  // namespace walle::session
