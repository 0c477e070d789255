#include "streamd/sequence/reorder.h"

#include <algorithm>

namespace walle::streamd {

bool Reorder::is_duplicate(const std::string& uid) {
  if (uid.empty()) return false;
  if (!uids_.insert(uid).second) return true;
  uid_order_.push_back(uid);
  if (uid_order_.size() > options_.remembered_uids) {
    uids_.erase(uid_order_.front());
    uid_order_.pop_front();
  }
  return false;
}

void Reorder::release_up_to(int64_t watermark_us, std::vector<Sequenced>& out) {
  watermark_us_ = std::max(watermark_us_, watermark_us);
  while (!held_.empty() && held_.front().event.time_us <= watermark_us_) {
    out.push_back(std::move(held_.front()));
    held_.pop_front();
    ++stats_.released;
  }
}

std::vector<Sequenced> Reorder::push(Sequenced one, const std::string& uid, int64_t now_us) {
  std::vector<Sequenced> out;
  if (is_duplicate(uid)) {
    ++stats_.duplicates;
    return out;
  }
  if (one.event.time_us > now_us && one.event.time_us - now_us > options_.future_us) {
    one.event.time_us = now_us;
    ++stats_.clamped;
  }
  const int64_t time_us = one.event.time_us;
  if (time_us < watermark_us_) {
    ++stats_.late;
    one.late = true;
    if (options_.late == LateRule::pass) {
      ++stats_.released;
      out.push_back(std::move(one));
    } else if (options_.late == LateRule::side) {
      late_.push_back(std::move(one));
      if (late_.size() > options_.max_held) late_.pop_front();
    }
    return out;
  }
  const auto place = std::upper_bound(held_.begin(), held_.end(), time_us,
                                      [](int64_t time, const Sequenced& other) { return time < other.event.time_us; });
  held_.insert(place, std::move(one));
  int64_t watermark_us = std::max(time_us, INT64_MIN / 2) - options_.hold_us;
  if (held_.size() > options_.max_held) {
    ++stats_.early;
    watermark_us = std::max(watermark_us, held_.front().event.time_us);
  }
  release_up_to(watermark_us, out);
  return out;
}

std::vector<Sequenced> Reorder::advance(int64_t now_us) {
  std::vector<Sequenced> out;
  if (!held_.empty()) release_up_to(std::max(now_us, INT64_MIN / 2) - options_.hold_us, out);
  return out;
}

std::vector<Sequenced> Reorder::flush() {
  std::vector<Sequenced> out;
  if (!held_.empty()) release_up_to(held_.back().event.time_us, out);
  return out;
}

std::vector<Sequenced> Reorder::take_late() {
  std::vector<Sequenced> out(std::make_move_iterator(late_.begin()), std::make_move_iterator(late_.end()));
  late_.clear();
  return out;
}

int64_t Reorder::next_deadline_us() const {
  return held_.empty() ? INT64_MAX : held_.front().event.time_us + options_.hold_us;
}

}  // namespace walle::streamd
