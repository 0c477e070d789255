#pragma once

#include <optional>
#include <string_view>

#include "libwalle/graph/op.h"

namespace walle::graph {

/// One attribute as OpDef::attributes declares it: "NAME:TYPE", then perhaps "(LIMITS)", then "=DEFAULT" or "?"; with
/// neither it is required.
/// LIMITS of numbers (each of a list): "1.." or "0..2"; of a string: the words that there are, "none|add|mul".
struct DeclaredAttribute {
  std::string_view name, type, limits;
  bool required = false;
};

/// The declaration of an attribute in an OpDef's table; nullopt if there is none.
[[nodiscard]] std::optional<DeclaredAttribute> declared_attribute(std::string_view table, std::string_view name);

/// Checks a node's attributes against its operator's table: names, types, limits, and that none is missing.
/// Errors: invalid_argument that names node, operator and attribute; unsupported for an attribute that is not declared.
[[nodiscard]] Status check_attributes(const Node& node);

}  // namespace walle::graph
