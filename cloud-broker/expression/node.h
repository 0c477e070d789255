#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cloud-broker/expression/expression.h"

namespace walle::expression {

enum class Op : uint8_t {
  literal,
  path,
  list,
  either,
  both,
  negate,
  equal,
  differ,
  less,
  at_most,
  more,
  at_least,
  within,
  has,
  starts,
  ends,
  contains,
};

/// One node of the tree. `from`, `to`: its place in the text, for explanations.
struct Node {
  Op op = Op::literal;
  Value literal;                  ///< of `literal`
  std::vector<std::string> path;  ///< of `path`
  std::vector<std::shared_ptr<const Node>> children;
  size_t from = 0;
  size_t to = 0;
};
using NodePtr = std::shared_ptr<const Node>;

/// Parses `text`; the root of the tree.
[[nodiscard]] Result<NodePtr> parse_tree(std::string_view text);

}  // namespace walle::expression
