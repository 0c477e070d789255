#pragma once

#include <cstdlib>
#include <string>

namespace walle::testing {

/// Where the set-up scripts keep what they fetch or build once (tools/setup/cache.sh says the same).
inline std::string cache_folder() {
  if (const char* cache = std::getenv("WALLE_CACHE")) return cache;
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return std::string(cache) + "/walle";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/root") + "/.cache/walle";
}

}  // namespace walle::testing
