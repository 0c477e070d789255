#pragma once

#include <memory>

#include "streamd/trigger/kind.h"

namespace walle::trigger {

/// The trie that matches all sequences; see Matcher and parse_condition for what it has to do.
[[nodiscard]] std::unique_ptr<Runtime> make_sequence_runtime(const MatcherLimits& limits);

}  // namespace walle::trigger
