#pragma once

#include <memory>
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

/// The profile that sessions of this process are made with from now on; null: none. Thread-safe.
[[nodiscard]] std::shared_ptr<const search::Profile> device_profile();
void set_device_profile(std::shared_ptr<const search::Profile> profile);

/// What a profile of this machine has to name as its processor.
[[nodiscard]] std::string processor();

}  // namespace walle::session
