#include "streamd/sequence/page_visits.h"

#include <algorithm>
#include <list>

namespace walle::streamd {
namespace {

size_t weight(const Value& value) {
  size_t sum = 32;
  if (value.is_string()) sum += value.get_ref<const std::string&>().size();
  if (value.is_binary()) sum += value.get_binary().size();
  if (value.is_structured()) {
    for (const auto& [key, member] : value.items()) sum += key.size() + weight(member);
  }
  return sum;
}

struct Open {
  PageVisit visit;
  size_t bytes = 0;
};

}  // namespace

struct PageVisits::State {
  VisitOptions options;
  VisitStats stats;
  std::list<Open> open;  // the one longest without an event first
  std::unordered_map<std::string, std::list<Open>::iterator> by_page;
  std::vector<uint64_t> nesting;  // ids of open visits, innermost last
  uint64_t last = 0;
  size_t bytes = 0;

  void close(std::list<Open>::iterator it, bool missing_exit, std::vector<PageVisit>& out) {
    it->visit.missing_exit = missing_exit;
    stats.missing_exit += missing_exit ? 1 : 0;
    ++stats.closed;
    bytes -= it->bytes;
    std::erase(nesting, it->visit.visit);
    by_page.erase(it->visit.page);
    out.push_back(std::move(it->visit));
    open.erase(it);
  }

  std::list<Open>::iterator enter(const wire::Event& event, std::vector<PageVisit>& closed) {
    if (open.size() >= options.max_open) {
      ++stats.evicted;
      close(open.begin(), true, closed);
    }
    Open one;
    one.visit.visit = ++last;
    one.visit.parent = nesting.empty() ? 0 : nesting.back();
    one.visit.page = event.page;
    one.visit.from_us = one.visit.to_us = event.time_us;
    one.visit.missing_enter = event.id != "enter";
    stats.missing_enter += one.visit.missing_enter ? 1 : 0;
    ++stats.opened;
    nesting.push_back(last);
    open.push_back(std::move(one));
    return by_page[event.page] = std::prev(open.end());
  }

  void keep(Open& one, const wire::Event& event) {
    one.visit.to_us = std::max(one.visit.to_us, event.time_us);
    ++one.visit.events_seen;
    const size_t size = 128 + weight(event.contents);
    if (one.visit.events.size() >= options.max_events || bytes + size > options.max_bytes) {
      ++stats.events_not_kept;
      return;
    }
    one.bytes += size;
    bytes += size;
    one.visit.events.push_back(event);
  }
};

PageVisits::PageVisits(VisitOptions options) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->options.max_open = std::max<size_t>(options.max_open, 1);
}

PageVisits::~PageVisits() = default;

Placement PageVisits::place(const wire::Event& event) {
  State& s = *state_;
  Placement placement;
  if (event.page.empty()) return placement;
  auto found = s.by_page.find(event.page);
  if (found != s.by_page.end() && event.id == "enter") {
    s.close(found->second, true, placement.closed);
    found = s.by_page.end();
  }
  const auto it = found == s.by_page.end() ? s.enter(event, placement.closed) : found->second;
  placement.visit = it->visit.visit;
  s.keep(*it, event);
  s.open.splice(s.open.end(), s.open, it);
  if (event.id == "exit") s.close(it, false, placement.closed);
  return placement;
}

std::vector<PageVisit> PageVisits::advance(int64_t now_us) {
  State& s = *state_;
  std::vector<PageVisit> closed;
  while (!s.open.empty() && s.open.front().visit.to_us <= now_us - s.options.idle_us) {
    s.close(s.open.begin(), true, closed);
  }
  return closed;
}

int64_t PageVisits::next_deadline_us() const {
  return state_->open.empty() ? INT64_MAX : state_->open.front().visit.to_us + state_->options.idle_us;
}

std::vector<PageVisit> PageVisits::open_visits() const {
  std::vector<PageVisit> visits;
  for (const Open& one : state_->open) visits.push_back(one.visit);
  std::sort(visits.begin(), visits.end(), [](const auto& a, const auto& b) { return a.visit < b.visit; });
  return visits;
}

const VisitStats& PageVisits::stats() const { return state_->stats; }

}  // namespace walle::streamd
