#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "ipc/wire/event.h"

namespace walle::streamd {

struct VisitOptions {
  size_t max_open = 1024;        ///< pages open at once; the one longest without an event is closed (counted)
  size_t max_events = 1024;      ///< events kept for each visit; later ones are counted only
  size_t max_bytes = 16U << 20;  ///< of contents kept over all open visits; then events are counted only
  int64_t idle_us = 6LL * 3600 * 1'000'000;  ///< a visit without events for so long is closed
};

/// The page-level sequence of one visit: what happened on a page between its enter and its exit.
struct PageVisit {
  uint64_t visit = 0;   ///< grows with each visit
  uint64_t parent = 0;  ///< the visit that was innermost when this one opened; 0: none
  std::string page;
  int64_t from_us = 0, to_us = 0;
  std::vector<wire::Event> events;  ///< oldest first, enter and exit among them where they came
  uint64_t events_seen = 0;         ///< events.size() plus those over the bounds
  bool missing_enter = false;       ///< opened by another event of the page
  bool missing_exit = false;        ///< closed by a new enter, by being idle, or by the bound on open pages
};

/// Which visit an event belongs to, and the visits that it closed (oldest first).
struct Placement {
  uint64_t visit = 0;  ///< 0: the event has no page
  std::vector<PageVisit> closed;
};

struct VisitStats {
  uint64_t opened = 0, closed = 0, missing_enter = 0, missing_exit = 0, evicted = 0, events_not_kept = 0;
};

/// Splits the time-level sequence into page-level ones. Rules: a page has at most one open visit; `enter` opens one and
/// closes an open one of the same page (its exit is missing); any other event of a page without a visit opens one
/// (its enter is missing); `exit` is the last event of its visit; pages nest, leaving an outer page leaves inner ones
/// open. Bounded by VisitOptions. One thread at a time.
class PageVisits {
 public:
  explicit PageVisits(VisitOptions options = {});
  ~PageVisits();
  [[nodiscard]] Placement place(const wire::Event& event);
  /// Closes idle visits.
  [[nodiscard]] std::vector<PageVisit> advance(int64_t now_us);
  [[nodiscard]] int64_t next_deadline_us() const;
  /// Visits that are open, in order of opening; copies.
  [[nodiscard]] std::vector<PageVisit> open_visits() const;
  [[nodiscard]] const VisitStats& stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle::streamd
