#include <walle/engine/profile.h>

#include "libwalle/search/profile.h"
#include "libwalle/session/environment.h"

namespace walle::engine {

Result<bool> use_device_profile(const std::string& path) {
  auto profile = search::read_profile(path);
  if (!profile && profile.error().code == ErrorCode::not_found) return false;
  if (!profile) return fail(profile.error());
  if (profile->processor != session::processor()) return false;
  session::set_device_profile(std::make_shared<const search::Profile>(*std::move(profile)));
  return true;
}

}  // namespace walle::engine
