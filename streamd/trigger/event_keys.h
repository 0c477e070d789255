#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "streamd/trigger/trie.h"

namespace walle::trigger {

/// The keys under which conditions may wait for an event.
struct EventKeys {
  std::array<Key, 4> keys{};
  size_t count = 0;
  [[nodiscard]] std::span<const Key> all() const { return {keys.data(), count}; }
  [[nodiscard]] bool meets(const std::vector<Key>& wanted) const {
    return std::any_of(keys.begin(), keys.begin() + count,
                       [&](Key key) { return std::binary_search(wanted.begin(), wanted.end(), key); });
  }
};

}  // namespace walle::trigger
