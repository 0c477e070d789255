#include "libwalle/session/environment.h"

#include <mutex>

#include "libwalle/backends/table/table.h"

namespace walle::session {
namespace {

struct KnownProfile {
  std::mutex mutex;
  std::shared_ptr<const search::Profile> profile;
};

KnownProfile& known_profile() {
  static KnownProfile known;
  return known;
}

}  // namespace

std::vector<search::Contender> Environment::contenders() const {
  std::vector<search::Contender> out;
  for (const Entry& entry : backends) {
    if (entry.backend) out.push_back({entry.def->name, entry.def->rank, entry.backend.get()});
  }
  return out;
}

graph::Backend* Environment::reference() const {
  for (const Entry& entry : backends) {
    if (entry.backend && entry.def->name == "ref") return entry.backend.get();
  }
  return nullptr;
}

const Environment& environment() {
  static const Environment made = [] {
    Environment e;
    for (const graph::BackendDef* def : backends::backend_table()) {
      auto backend = def->create();
      Environment::Entry& entry = e.backends.emplace_back();
      entry.def = def;
      if (backend)
        entry.backend = *std::move(backend);
      else
        entry.reason = backend.error().message;
    }
    return e;
  }();
  return made;
}

std::shared_ptr<const search::Profile> device_profile() {
  KnownProfile& known = known_profile();
  const std::scoped_lock lock(known.mutex);
  return known.profile;
}

void set_device_profile(std::shared_ptr<const search::Profile> profile) {
  KnownProfile& known = known_profile();
  const std::scoped_lock lock(known.mutex);
  known.profile = std::move(profile);
}

std::string processor() {
  for (const Environment::Entry& entry : environment().backends) {
    if (entry.backend && entry.def->name == "cpu") return entry.backend->device().description;
  }
  return "";
}

}  // namespace walle::session
