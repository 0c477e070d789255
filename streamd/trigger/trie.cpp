#include "streamd/trigger/trie.h"

#include <algorithm>

namespace walle::trigger {
namespace {

/// A step as the trie has it: "!" steps have become guards of the step behind them.
struct PlainStep {
  const Step* step = nullptr;  ///< null: closing absence
  bool gap = false;
  std::vector<Key> keys;
  std::vector<Key> guards;
};

Key make_key(uint32_t page, uint32_t id) { return (static_cast<Key>(page) << 32) | id; }

/// In a page's scope every name is one of that page.
const std::string& page_of(const Name& name, const Condition& condition) {
  return name.page.empty() ? condition.scope : name.page;
}

std::vector<Key> keys_of(const Step& step, const Condition& condition, const Symbols& symbols) {
  std::vector<Key> keys;
  for (const Name& name : step.names) {
    keys.push_back(make_key(symbols.find(page_of(name, condition)), symbols.find(name.id)));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

void merge(std::vector<Key>& into, const std::vector<Key>& more) {
  into.insert(into.end(), more.begin(), more.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

std::vector<PlainStep> plain_steps(const Condition& condition, const Symbols& symbols) {
  std::vector<PlainStep> plain;
  PlainStep next;
  for (const Step& step : condition.steps) {
    next.gap = next.gap || step.gap_before;
    if (step.negated) {
      merge(next.guards, keys_of(step, condition, symbols));
      continue;
    }
    next.step = &step;
    next.keys = keys_of(step, condition, symbols);
    plain.push_back(std::move(next));
    next = {};
  }
  if (!next.guards.empty()) {
    next.gap = next.gap || condition.gap_after;
    plain.push_back(std::move(next));
    return plain;
  }
  while (plain.back().step->optional) plain.pop_back();  // it fires before they could be taken
  return plain;
}

void put(std::string& out, uint64_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof(value)); }

/// Equal identities may share a node: same prefix, same step, nothing that is one condition's alone.
std::string identity_of(const Node* before, const PlainStep& plain, ConditionId owner, bool sets_start) {
  std::string out;
  put(out, reinterpret_cast<uintptr_t>(before));
  put(out, owner);
  const bool optional = plain.step != nullptr && plain.step->optional;
  const bool repeated = plain.step != nullptr && plain.step->repeated;
  put(out, (plain.gap ? 1U : 0U) | (optional ? 2U : 0U) | (repeated ? 4U : 0U) | (sets_start ? 8U : 0U));
  put(out, plain.keys.size());
  for (const Key key : plain.keys) put(out, key);
  for (const Key key : plain.guards) put(out, key);
  return out;
}

void attach(Edge* edge) {
  Node& to = *edge->to;
  edge->waiting.assign(to.keys.size(), false);
  edge->guarding.assign(edge->guards.size(), false);
  if (edge->from == nullptr) {
    for (const Key key : to.keys) to.scope->slots[key].roots.push_back(edge);
    return;
  }
  Node& from = *edge->from;
  if (to.absence) {
    from.absence_out.push_back(edge);
  } else if (edge->relaxed) {
    from.relaxed_out.push_back(edge);
  } else {
    for (const Key key : to.keys) {
      const std::pair<Key, Edge*> entry(key, edge);
      from.strict_out.insert(std::upper_bound(from.strict_out.begin(), from.strict_out.end(), entry), entry);
    }
  }
}

void erase_if_empty(Scope& scope, Key key) {
  const auto slot = scope.slots.find(key);
  if (slot == scope.slots.end()) return;
  const Slot& s = slot->second;
  if (s.roots.empty() && s.waiting.empty() && s.guarding.empty()) scope.slots.erase(slot);
}

void detach(Edge* edge) {
  Node& to = *edge->to;
  Scope& scope = *to.scope;
  const auto is_this = [edge](const auto& entry) { return entry.first == edge; };
  for (size_t k = 0; k < to.keys.size(); ++k) {
    const auto slot = scope.slots.find(to.keys[k]);
    if (slot == scope.slots.end()) continue;
    if (edge->from == nullptr) std::erase(slot->second.roots, edge);
    if (edge->waiting[k]) std::erase_if(slot->second.waiting, is_this);
    erase_if_empty(scope, to.keys[k]);
  }
  for (size_t k = 0; k < edge->guards.size(); ++k) {
    const auto slot = scope.slots.find(edge->guards[k]);
    if (slot == scope.slots.end() || !edge->guarding[k]) continue;
    std::erase_if(slot->second.guarding, is_this);
    erase_if_empty(scope, edge->guards[k]);
  }
  if (edge->from == nullptr) return;
  std::erase(edge->from->relaxed_out, edge);
  std::erase(edge->from->absence_out, edge);
  std::erase_if(edge->from->strict_out, [edge](const auto& entry) { return entry.second == edge; });
}

void connect(Node* from, Node* to, bool relaxed, std::vector<Key> guards) {
  auto edge = std::make_unique<Edge>();
  edge->from = from;
  edge->to = to;
  edge->relaxed = relaxed;
  edge->guards = std::move(guards);
  attach(edge.get());
  to->in.push_back(std::move(edge));
}

/// All ways into step `at`: from the step before, over optional ones, and from itself if it repeats.
void connect_all(const std::vector<PlainStep>& plain, size_t at, const std::vector<Node*>& nodes) {
  Node* to = nodes[at];
  bool relaxed = false;
  std::vector<Key> guards;
  for (size_t back = at;; --back) {
    relaxed = relaxed || plain[back].gap;
    merge(guards, plain[back].guards);
    connect(back == 0 ? nullptr : nodes[back - 1], to, relaxed, back == 0 ? std::vector<Key>{} : guards);
    if (back == 0 || !plain[back - 1].step->optional) break;
  }
  if (plain[at].step != nullptr && plain[at].step->repeated) connect(to, to, plain[at].gap, plain[at].guards);
}

}  // namespace

uint32_t Symbols::acquire(const std::string& name) {
  if (name.empty()) return 0;
  Entry& entry = entries_.try_emplace(name, Entry{0, 0}).first->second;
  if (entry.uses++ == 0) entry.number = ++last_;
  return entry.number;
}

void Symbols::release(const std::string& name) {
  const auto entry = entries_.find(name);
  if (entry != entries_.end() && --entry->second.uses == 0) entries_.erase(entry);
}

uint32_t Symbols::find(const std::string& name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? 0 : entry->second.number;
}

bool better(const Thread& a, const Thread& b) {
  if (a.start_number != b.start_number) return a.start_number > b.start_number;
  const Link* left = a.last.get();
  const Link* right = b.last.get();
  while (left != right && left != nullptr && right != nullptr) {
    if (left->number != right->number) return left->number > right->number;
    left = left->before.get();
    right = right->before.get();
  }
  return right == nullptr && left != nullptr;
}

std::vector<Node*> insert_path(Scope& scope, Symbols& symbols, const Condition& condition, ConditionId id) {
  for (const Step& step : condition.steps) {
    for (const Name& name : step.names) {
      symbols.acquire(page_of(name, condition));
      symbols.acquire(name.id);
    }
  }
  const std::vector<PlainStep> plain = plain_steps(condition, symbols);
  const bool shared = !plain.front().step->optional && !plain.front().step->repeated;
  const auto first = std::find_if(plain.begin(), plain.end(), [](const auto& p) { return !p.step->optional; });
  std::vector<Node*> nodes;
  for (size_t i = 0; i < plain.size(); ++i) {
    const ConditionId owner = shared && plain[i].step != nullptr ? 0 : id;
    const bool sets_start = static_cast<size_t>(first - plain.begin()) == i;
    std::string identity = identity_of(nodes.empty() ? nullptr : nodes.back(), plain[i], owner, sets_start);
    auto& slot = scope.nodes[identity];
    const bool made = slot == nullptr;
    if (made) {
      slot = std::make_unique<Node>();
      slot->scope = &scope;
      slot->identity = std::move(identity);
      slot->keys = plain[i].keys;
      slot->absence = plain[i].step == nullptr;
      slot->sets_start = sets_start;
      slot->step = static_cast<uint32_t>(i + 1);
      slot->owner = owner;
    }
    Node* node = slot.get();
    ++node->uses;
    node->longest_within_us = condition.within_us == 0 || node->longest_within_us < 0
                                  ? -1
                                  : std::max(node->longest_within_us, condition.within_us);
    nodes.push_back(node);
    if (made) connect_all(plain, i, nodes);
  }
  nodes.back()->ends.push_back({id, condition.within_us});
  ++scope.uses;
  return nodes;
}

void remove_path(Path& path, Symbols& symbols, ConditionId id) {
  std::erase_if(path.nodes.back()->ends, [id](const End& end) { return end.condition == id; });
  for (auto it = path.nodes.rbegin(); it != path.nodes.rend(); ++it) {
    Node* node = *it;
    if (--node->uses > 0) continue;
    for (const auto& edge : node->in) detach(edge.get());
    std::erase(path.scope->fresh, node);
    path.scope->live.erase(node);
    path.scope->armed.erase(node);
    path.scope->nodes.erase(std::string(node->identity));
  }
  --path.scope->uses;
  for (const Step& step : path.condition.steps) {
    for (const Name& name : step.names) {
      symbols.release(page_of(name, path.condition));
      symbols.release(name.id);
    }
  }
}

}  // namespace walle::trigger
