#include "cloud-broker/rollout/take_back.h"

namespace walle::rollout {

Release taken_back(const Release& release, const Table& table, int64_t counter, int64_t now_us) {
  Release back = release;
  back.counter = counter;
  back.rollback_of = release.counter;
  back.state = State::released;
  back.created_us = now_us;
  back.manifest_sha256.clear();
  back.manifest_bytes = 0;
  for (const Release& older : table.releases) {
    const bool proven = older.state == State::released || older.state == State::superseded;
    if (older.counter >= release.counter || older.task != release.task || older.scenario != release.scenario ||
        !proven || older.manifest_sha256.empty() || older.manifest_sha256 == release.manifest_sha256)
      continue;
    back.version = older.version;
    back.commit = older.commit;
    back.manifest_sha256 = older.manifest_sha256;
    back.manifest_bytes = older.manifest_bytes;
  }
  back.reason = "takes back " + tag_of(release) + " (" + std::to_string(release.counter) + "): " +
                (back.manifest_sha256.empty() ? "there is no older version, the task is removed"
                                              : "version " + back.version + " again");
  return back;
}

}  // namespace walle::rollout
