#include "tools/walle-model/files/profile.h"

#include <cstdlib>

#include <walle/engine/profile.h>

namespace walle::workbench {

std::string default_profile() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string named = variable("WALLE_PROFILE"); !named.empty()) return named;
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache + "/walle/profile.json";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.cache/walle/profile.json";
}

Status use_default_profile() {
  const char* named = std::getenv("WALLE_PROFILE");
  if (named != nullptr && *named == '\0') return {};
  const std::string path = default_profile();
  const auto used = path.empty() ? Result<bool>(false) : engine::use_device_profile(path);
  return used ? Status() : fail(used.error());
}

}  // namespace walle::workbench
