#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cloud-broker/rollout/policy_def.h"
#include "cloud-broker/rollout/release.h"

namespace walle::rollout {

/// All releases, by rising counter, and the epoch: a number that rises with every change of the table.
struct Table {
  int64_t epoch = 0;
  std::vector<Release> releases;
};

/// What one release means for one device. Pure. `stage`: the first open stage that the device belongs to, -1 if none.
struct Standing {
  Verdict verdict;
  int64_t stage = -1;
};
[[nodiscard]] Standing decide(const Device& device, const Release& release, PolicyTable policies, int64_t now_us);

/// Whether, and by which stage up to `stage`, the device belongs to the release; the state is not looked at.
[[nodiscard]] Standing membership(const Device& device, const Release& release, int64_t stage, PolicyTable policies,
                                  int64_t now_us);

/// What a device should have for one task.
struct Wanted {
  std::string task;
  const Release* release = nullptr;  ///< never null
  bool remove = false;
  int64_t stage = -1;
};

/// The offer: for each task the newest release whose member the device is; a release without a bundle removes the task.
/// A device that no release covers keeps what it has. Pure: a function of device and table alone, so that repeating,
/// losing or reordering its results is harmless. Pointers live as long as `table`.
[[nodiscard]] std::vector<Wanted> offer(const Device& device, const Table& table, PolicyTable policies, int64_t now_us);

/// Why a device has or has not each release of `task`, newest first.
struct Why {
  const Release* release = nullptr;
  Verdict verdict;
  bool chosen = false;
};
[[nodiscard]] std::vector<Why> why(const Device& device, const Table& table, std::string_view task,
                                   PolicyTable policies, int64_t now_us);

}  // namespace walle::rollout
