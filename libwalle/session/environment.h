#pragma once

#include <string>
#include <vector>

#include "libwalle/search/search.h"

namespace walle::session {

/// The backends of this machine, created once per process. Thread-safe.
struct Environment {
  struct Entry {
    const graph::BackendDef* def = nullptr;
    std::unique_ptr<graph::Backend> backend;  ///< null: not offered
    std::string reason;                       ///< why not
  };
  std::vector<Entry> backends;

  [[nodiscard]] std::vector<search::Contender> contenders() const;
  /// The reference backend; null in a build without it.
  [[nodiscard]] graph::Backend* reference() const;
};

[[nodiscard]] const Environment& environment();

}  // namespace walle::session
