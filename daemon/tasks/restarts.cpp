#include "daemon/tasks/restarts.h"

#include <algorithm>

namespace walle::daemon {

void Restarts::ready(int64_t now_us) {
  ready_ = true;
  ready_us_ = now_us;
}

int64_t Restarts::ended(int64_t now_us) {
  constexpr int64_t kMostDoublings = 10;
  const bool proven = ready_ && now_us - ready_us_ >= kProvenUs;
  failures_ = ready_ ? 0 : failures_ + 1;
  early_ends_ = proven ? 1 : early_ends_ + 1;
  ready_ = false;
  if (early_ends_ <= 1) return 0;
  return std::min(kLongestPauseUs, kFirstPauseUs << std::min(early_ends_ - 2, kMostDoublings));
}

}  // namespace walle::daemon
