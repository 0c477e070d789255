#pragma once

#include <memory>
#include <span>
#include <vector>

#include "libwalle/graph/backend.h"
#include "libwalle/search/search.h"

namespace walle::session {

/// Runs candidates for one problem on memory of its own and takes their times. Constants keep their bytes where the
/// problem has them; floats are numbers near 1, everything else is 0, so that indices lie within bounds.
class Probe {
 public:
  /// operands: (optional) by operand, element 0 of a constant's view; null for what is not constant. Outlives the
  /// probe, as the problem does. Errors: resource_exhausted; unsupported for operands above `most_bytes`.
  [[nodiscard]] static Result<Probe> create(const Problem& problem, std::span<const void* const> operands,
                                            graph::Memory& memory, size_t most_bytes);

  /// The best time of some runs, in µs, after one that is not counted: at least three, as many as `budget_us` allows.
  /// Errors: resource_exhausted; what the backend says.
  [[nodiscard]] Result<double> measure(graph::Backend& backend, const graph::Candidate& candidate,
                                       graph::Parallel& parallel, double budget_us);

 private:
  Probe(const Problem& problem, graph::Memory& memory) : problem_(&problem), memory_(&memory) {}
  [[nodiscard]] Status add_view(const Operand& view, const void* constant, bool result, size_t& left);

  const Problem* problem_;
  graph::Memory* memory_;
  std::vector<std::shared_ptr<void>> owned_;
  std::vector<const void*> operands_;
  std::vector<void*> results_;
};

}  // namespace walle::session
