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

bool Locator::is_identity(const Node& node) const {
  if (!node.core || family_of(node.core->attributes) != Family::raster || node.operands.size() != 1) return false;
  if (!node.core->views.empty()) return false;
  const int64_t elements = passes::elements_of(graph_, node.results[0]);
  return passes::elements_of(graph_, node.operands[0]) == elements &&
         graph_.value(node.operands[0]).dtype == graph_.value(node.results[0]).dtype &&
         raster::identity(node.core->regions, elements).has_value();
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
    }
  }
  return {};
}

void Locator::bind_outputs() {
  for (size_t k = 0; k < graph_.outputs.size(); ++k) {
    const ValueId id = graph_.outputs[k];
    Slot& slot = slots_[static_cast<size_t>(root(id))];
    if (slot.place == Place::arena)
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
      first_[static_cast<size_t>(id)] = n;
      last_[static_cast<size_t>(id)] = std::max(last_[static_cast<size_t>(id)], n);
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
    if (slots_[static_cast<size_t>(result)].place != Place::arena) continue;
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
    unshared_bytes_ += bytes_[v];
  }
  for (size_t n = 0; n < scratch_.size(); ++n) {
    if (scratch_[n] == 0) continue;
    buffers.push_back({.bytes = scratch_[n], .first = static_cast<int64_t>(n), .last = static_cast<int64_t>(n)});
    values.push_back(graph_.values.size() + n);
    unshared_bytes_ += scratch_[n];
  }
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
  return slots_[static_cast<size_t>(root(id))];
}

Slot Locator::scratch_slot(size_t node) const { return {.place = Place::arena, .offset = scratch_offset_[node]}; }

}  // namespace walle::session
