#include "libwalle/session/environment.h"

#include "libwalle/backends/table/table.h"

namespace walle::session {

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

}  // namespace walle::session
