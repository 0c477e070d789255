#pragma once

#include "libwalle/session/plan.h"

namespace walle::session {

/// Decides where each value of a graph lies: constants and inputs where they are, outputs in the caller's tensors, the
/// rest in one arena with lifetimes. A raster that is the identity, and an elementwise result whose operand dies, take
/// their operand's place; the operands of a raster that only puts them one behind the other (a concatenation along the
/// outermost axis) are made where it wants them.
class Locator {
 public:
  /// scratch: extra arena bytes for each node (blocks), by node.
  Locator(const graph::Graph& graph, std::vector<int64_t> scratch);

  /// Errors: unsupported naming the value whose size is not known.
  [[nodiscard]] Status run();

  [[nodiscard]] Slot slot(graph::ValueId id) const;
  [[nodiscard]] Slot scratch_slot(size_t node) const;
  /// True if the node needs no step: its result is an alias.
  [[nodiscard]] bool alias(size_t node) const { return alias_[node]; }
  [[nodiscard]] const std::vector<OutputCopy>& copies() const { return copies_; }
  [[nodiscard]] int64_t arena_bytes() const { return arena_bytes_; }
  [[nodiscard]] int64_t unshared_bytes() const { return unshared_bytes_; }

 private:
  [[nodiscard]] graph::ValueId root(graph::ValueId id) const;
  /// Bytes from the start of the root's buffer.
  [[nodiscard]] int64_t offset_in_root(graph::ValueId id) const;
  [[nodiscard]] bool is_identity(const graph::Node& node) const;
  Status fix_places();
  [[nodiscard]] bool is_concatenation(const graph::Node& node) const;
  void place_operands(const graph::Node& node);
  void bind_outputs();
  void measure_lifetimes();
  void reuse_dying_operands();
  [[nodiscard]] bool reusable(const graph::Node& node, size_t operand, int64_t step) const;
  Status assign_offsets();

  const graph::Graph& graph_;
  std::vector<int64_t> scratch_;
  std::vector<graph::ValueId> parent_;  ///< alias of; itself for a root
  std::vector<int64_t> offset_;         ///< bytes from the start of the parent's buffer
  std::vector<Slot> slots_;             ///< of roots
  std::vector<int64_t> bytes_;
  std::vector<int64_t> first_, last_;  ///< of roots
  std::vector<int64_t> scratch_offset_;
  std::vector<bool> alias_;
  std::vector<OutputCopy> copies_;
  int64_t arena_bytes_ = 0;
  int64_t unshared_bytes_ = 0;
};

}  // namespace walle::session
