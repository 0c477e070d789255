#include "daemon/update/state_def.h"

namespace walle::update {

const StateDef& def_of(State state) {
  for (const StateDef* def : state_defs()) {
    if (def->state == state) return *def;
  }
  return *state_defs().front();  // the table's test shows that every state has a def
}

}  // namespace walle::update
