#include "libwalle/session/locate.h"

#include <algorithm>

#include "libwalle/passes/rewrite.h"
#include "libwalle/raster/region.h"
#include "libwalle/session/memory_plan.h"

namespace walle::session {

using graph::kNoValue;
using graph::Node;
using graph::ValueId;

namespace {

bool elementwise(const Node& node) {
  if (!node.core) return false;
  const Family family = family_of(node.core->attributes);
  return family == Family::unary || family == Family::binary || family == Family::select || family == Family::cast;
}

}  // namespace

Locator::Locator(const graph::Graph& graph, std::vector<int64_t> scratch)
    : graph_(graph),
      scratch_(std::move(scratch)),
      parent_(graph.values.size()),
      offset_(graph.values.size(), 0),
      slots_(graph.values.size()),
      bytes_(graph.values.size(), 0),
      first_(graph.values.size(), -1),
      last_(graph.values.size(), -1),
      scratch_offset_(graph.nodes.size(), 0),
      alias_(graph.nodes.size(), false) {
  for (size_t v = 0; v < parent_.size(); ++v) parent_[v] = static_cast<ValueId>(v);
}

Status Locator::run() {
  WALLE_TRY(fix_places());
  bind_outputs();
  measure_lifetimes();
  reuse_dying_operands();
  return assign_offsets();
}

ValueId Locator::root(ValueId id) const {
  while (parent_[static_cast<size_t>(id)] != id) id = parent_[static_cast<size_t>(id)];
  return id;
}

int64_t Locator::offset_in_root(ValueId id) const {
  int64_t offset = 0;
  while (parent_[static_cast<size_t>(id)] != id) {
    offset += offset_[static_cast<size_t>(id)];
    id = parent_[static_cast<size_t>(id)];
  }
  return offset;
}

bool Locator::is_identity(const Node& node) const {
  if (!node.core || family_of(node.core->attributes) != Family::raster || node.operands.size() != 1) return false;
  if (!node.core->views.empty()) return false;
  const int64_t elements = passes::elements_of(graph_, node.results[0]);
  return passes::elements_of(graph_, node.operands[0]) == elements &&
         graph_.value(node.operands[0]).dtype == graph_.value(node.results[0]).dtype &&
         raster::identity(node.core->regions, elements).has_value();
}

/// Every region copies one whole operand densely, the regions cover the result, and each operand is a buffer of the
/// arena that nothing else has placed.
bool Locator::is_concatenation(const Node& node) const {
  if (!node.core || family_of(node.core->attributes) != Family::raster || node.operands.size() < 2) return false;
  if (!node.core->views.empty() || node.core->regions.size() != node.operands.size()) return false;
  if (bits_of(*graph_.value(node.results[0]).dtype) < 8) return false;
  std::vector<ValueId> roots;
  int64_t written = 0;
  for (const Region& region : node.core->regions) {
    if (region.source == Region::kFill || region.indexed || region.combine != Combine::copy) return false;
    const ValueId id = node.operands[static_cast<size_t>(region.source)];
    const ValueId own = root(id);
    const int64_t elements = raster::count(region);
    const bool dense = region.axes.empty() ||
                       (region.axes.size() == 1 && region.axes[0].src_stride == 1 && region.axes[0].dst_stride == 1);
    if (!dense || region.src_offset != 0 || elements != passes::elements_of(graph_, id)) return false;
    if (slots_[static_cast<size_t>(own)].place != Place::arena || own == root(node.results[0]) ||
        bytes_[static_cast<size_t>(own)] != bytes_[static_cast<size_t>(id)])
      return false;
    if (std::find(roots.begin(), roots.end(), own) != roots.end()) return false;
    roots.push_back(own);
    written += elements;
  }
  return written == passes::elements_of(graph_, node.results[0]);
}

void Locator::place_operands(const Node& node) {
  const int64_t size = bits_of(*graph_.value(node.results[0]).dtype) / 8;
  for (const Region& region : node.core->regions) {
    const auto own = static_cast<size_t>(root(node.operands[static_cast<size_t>(region.source)]));
    parent_[own] = node.results[0];
    offset_[own] = region.dst_offset * size;
  }
}

Status Locator::fix_places() {
  for (size_t i = 0; i < graph_.inputs.size(); ++i)
    slots_[static_cast<size_t>(graph_.inputs[i])] = {.place = Place::input, .index = static_cast<int64_t>(i)};
  for (size_t v = 0; v < graph_.values.size(); ++v) {
    const graph::Value& value = graph_.values[v];
    if (value.constant) slots_[v] = {.place = Place::constant, .data = value.constant->data()};
  }
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    const Node& node = graph_.nodes[n];
    for (const ValueId id : node.results) {
      if (id == kNoValue) continue;
      const int64_t elements = passes::elements_of(graph_, id);
      const graph::Value& value = graph_.value(id);
      if (elements < 0 || !value.dtype)
        return fail(ErrorCode::unsupported, "node '" + node.name + "' (" + std::string(node.op->name) +
                                                "): the shape of its result '" + value.name + "' depends on data");
      bytes_[static_cast<size_t>(id)] = bytes_of(*value.dtype, elements);
      slots_[static_cast<size_t>(id)].place = Place::arena;
    }
    if (is_identity(node)) {
      alias_[n] = true;
      parent_[static_cast<size_t>(node.results[0])] = node.operands[0];
    } else if (is_concatenation(node)) {
      alias_[n] = true;
      place_operands(node);
    }
  }
  return {};
}

void Locator::bind_outputs() {
  for (size_t k = 0; k < graph_.outputs.size(); ++k) {
    const ValueId id = graph_.outputs[k];
    Slot& slot = slots_[static_cast<size_t>(root(id))];
    const bool whole = bytes_[static_cast<size_t>(root(id))] == bytes_[static_cast<size_t>(id)];
    if (slot.place == Place::arena && whole)
      slot = {.place = Place::output, .index = static_cast<int64_t>(k)};
    else
      copies_.push_back({.from = {}, .output = k, .bytes = 0});
  }
}

void Locator::measure_lifetimes() {
  const auto steps = static_cast<int64_t>(graph_.nodes.size());
  for (int64_t n = 0; n < steps; ++n) {
    const Node& node = graph_.nodes[static_cast<size_t>(n)];
    for (const ValueId id : node.results) {
      if (id == kNoValue || alias_[static_cast<size_t>(n)]) continue;
      const auto own = static_cast<size_t>(root(id));
      first_[own] = first_[own] < 0 ? n : std::min(first_[own], n);
      last_[own] = std::max(last_[own], n);
    }
    for (const ValueId id : node.operands) {
      if (id != kNoValue) last_[static_cast<size_t>(root(id))] = n;
    }
  }
  for (const ValueId id : graph_.outputs) last_[static_cast<size_t>(root(id))] = steps;
}

bool Locator::reusable(const Node& node, size_t operand, int64_t step) const {
  const ValueId id = node.operands[operand];
  if (id == kNoValue || (operand < node.core->views.size() && node.core->views[operand])) return false;
  const ValueId from = root(id);
  const graph::Value& result = graph_.value(node.results[0]);
  const graph::Value& value = graph_.value(id);
  if (slots_[static_cast<size_t>(from)].place != Place::arena || last_[static_cast<size_t>(from)] != step) return false;
  if (bytes_[static_cast<size_t>(from)] != bytes_[static_cast<size_t>(id)]) return false;
  if (value.shape != result.shape || bits_of(*value.dtype) != bits_of(*result.dtype)) return false;
  // Another operand may see the same bytes through other strides.
  for (size_t other = 0; other < node.operands.size(); ++other) {
    if (other == operand || node.operands[other] == kNoValue || root(node.operands[other]) != from) continue;
    if (node.operands[other] != id || (other < node.core->views.size() && node.core->views[other])) return false;
  }
  return true;
}

void Locator::reuse_dying_operands() {
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    const Node& node = graph_.nodes[n];
    if (!elementwise(node) || node.results.size() != 1) continue;
    const ValueId result = node.results[0];
    if (slots_[static_cast<size_t>(result)].place != Place::arena || root(result) != result) continue;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (!reusable(node, i, static_cast<int64_t>(n))) continue;
      const ValueId from = root(node.operands[i]);
      parent_[static_cast<size_t>(result)] = from;
      last_[static_cast<size_t>(from)] = std::max(last_[static_cast<size_t>(from)], last_[static_cast<size_t>(result)]);
      break;
    }
  }
}

Status Locator::assign_offsets() {
  std::vector<Lifetime> buffers;
  std::vector<size_t> values;
  for (size_t v = 0; v < graph_.values.size(); ++v) {
    if (slots_[v].place != Place::arena || parent_[v] != static_cast<ValueId>(v) || first_[v] < 0) continue;
    buffers.push_back({.bytes = bytes_[v], .first = first_[v], .last = last_[v]});
    values.push_back(v);
  }
  for (size_t n = 0; n < scratch_.size(); ++n) {
    if (scratch_[n] == 0) continue;
    buffers.push_back({.bytes = scratch_[n], .first = static_cast<int64_t>(n), .last = static_cast<int64_t>(n)});
    values.push_back(graph_.values.size() + n);
  }
  constexpr int64_t kMostBytes = int64_t{1} << 46;
  int64_t sum = 0;
  for (const Lifetime& buffer : buffers) {
    if (__builtin_add_overflow(sum, buffer.bytes, &sum) || buffer.bytes > kMostBytes)
      return fail(ErrorCode::resource_exhausted, "the values of this model for these shapes fit no memory");
  }
  unshared_bytes_ = sum;
  arena_bytes_ = place(buffers);
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (values[i] < graph_.values.size())
      slots_[values[i]].offset = buffers[i].offset;
    else
      scratch_offset_[values[i] - graph_.values.size()] = buffers[i].offset;
  }
  for (OutputCopy& copy : copies_) {
    const ValueId id = graph_.outputs[copy.output];
    copy.from = slot(id);
    const graph::Value& value = graph_.value(id);
    const int64_t elements = passes::elements_of(graph_, id);
    if (elements < 0 || !value.dtype)
      return fail(ErrorCode::unsupported, "the shape of output '" + value.name + "' depends on data");
    copy.bytes = bytes_of(*value.dtype, elements);
  }
  return {};
}

Slot Locator::slot(ValueId id) const {
  if (id == kNoValue) return {};
  Slot slot = slots_[static_cast<size_t>(root(id))];
  slot.offset += offset_in_root(id);
  return slot;
}

Slot Locator::scratch_slot(size_t node) const { return {.place = Place::arena, .offset = scratch_offset_[node]}; }

}  // namespace walle::session
