#include "tools/walle-fleet/simulate/device.h"

#include <algorithm>

#include "ipc/wire/ack.h"
#include "tools/walle-fleet/simulate/share.h"

namespace walle::fleet {
namespace {

wire::Profile profile_of(const VirtualIdentity& identity) {
  wire::Profile out{.labels = identity.labels, .memory_mb = 512};
  out.hardware = {{"arch", "simulated"}, {"cores", 2}};
  return out;
}

}  // namespace

VirtualDevice::VirtualDevice(World& world, Cloud& cloud, VirtualIdentity identity)
    : world_(world),
      cloud_(cloud),
      identity_(std::move(identity)),
      journal_(update::make_memory_journal()),
      reporter_(identity_.name, identity_.name, profile_of(identity_)) {}

Status VirtualDevice::start() {
  WALLE_TRY(journal_->save(identity_.first, std::nullopt));
  update::AgentOptions options{.device = identity_.name, .local_minute = [](int64_t) { return 0; }};
  options.on_transition = [this](const update::TaskRow& row, update::Event) {
    if (row.state == update::State::offered) offered_us_ = world_.time.now_us();
    if (row.state >= update::State::committed) done_us_ = world_.time.now_us();
  };
  agent_ = std::make_unique<update::Agent>(*journal_, *this, world_.time.clock(), std::move(options));
  WALLE_TRY(agent_->start());
  agent_->on_change([this] {
    arm_agent();
    arm_report(world_.conditions.step_us);
  });
  if (world_.chance() < world_.conditions.offline)
    go_away();
  else if (world_.conditions.offline > 0)
    world_.time.after(world_.around(static_cast<int64_t>(static_cast<double>(world_.conditions.away_us) *
                                                         (1 / world_.conditions.offline - 1))),
                      [this] { go_away(); });
  arm_report(world_.up_to(world_.conditions.report_us));
  return {};
}

void VirtualDevice::go_away() {
  online_ = false;
  world_.time.after(world_.around(world_.conditions.away_us), [this] { come_back(); });
}

void VirtualDevice::come_back() {
  online_ = true;
  const double share = world_.conditions.offline;
  const auto stay = static_cast<int64_t>(static_cast<double>(world_.conditions.away_us) * (1 / share - 1));
  world_.time.after(world_.around(stay), [this] { go_away(); });
  // A new session: the cloud may have forgotten the profile.
  reporter_.ask_profile();
  report();
}

void VirtualDevice::nudge(int64_t epoch) {
  world_.send([this, epoch] {
    if (online_ && epoch > agent_->epoch()) arm_report(world_.up_to(world_.conditions.nudge_jitter_us));
  });
}

bool VirtualDevice::at_rest() const {
  return std::all_of(agent_->rows().begin(), agent_->rows().end(),
                     [](const auto& row) { return row.second.state == update::State::idle; });
}

std::string VirtualDevice::version() const {
  const auto row = agent_->rows().find(identity_.first.task);
  if (row == agent_->rows().end() || !row->second.current || row->second.state == update::State::probation) return "";
  return row->second.current->version;
}

void VirtualDevice::answer_after(int64_t delay_us, update::Ticket ticket, update::Event event, update::Detail detail) {
  world_.time.after(delay_us, [this, ticket = std::move(ticket), event, detail = std::move(detail)] {
    agent_->answer(ticket, event, detail);
    arm_agent();
  });
}

void VirtualDevice::later(const update::TaskRow&, update::Ticket ticket) {
  answer_after(world_.around(world_.conditions.step_us), std::move(ticket), update::Event::done);
}

void VirtualDevice::fetch(const update::TaskRow& row, update::Ticket ticket) {
  const bool present = row.previous && row.previous->manifest == row.target.offered.manifest;
  if (present) return later(row, std::move(ticket));
  // Without a network there is nothing to fetch from: the agent tries again after its own pause.
  if (!online_)
    return answer_after(world_.conditions.step_us, std::move(ticket), update::Event::later, {.reason = "offline"});
  answer_after(world_.around(world_.conditions.download_us), std::move(ticket), update::Event::done);
}

void VirtualDevice::stage(const update::TaskRow&, update::Ticket ticket) {
  answer_after(world_.around(world_.conditions.step_us), std::move(ticket), update::Event::done,
               {.probation_us = 10 * world_.conditions.probation_us});
}

void VirtualDevice::activate(const update::TaskRow& row, const update::Installed& version, update::Ticket ticket) {
  const bool trial = row.state == update::State::switching;
  later(row, std::move(ticket));
  if (!trial) return;
  const int64_t delay = world_.conditions.probation_us + world_.around(world_.conditions.step_us) * 4;
  world_.time.after(delay, [this, task = row.task, version] {
    const bool first = version.manifest == (identity_.first.current ? identity_.first.current->manifest : Digest{});
    const std::string text = world_.seed_text + "/" + identity_.name + "/" + version.version;
    const bool good = first || share_of(text) >= world_.conditions.failure_rate;
    agent_->verdict(task, version.counter, good,
                    {.reason = good ? "" : "simulated failure", .runs = 3, .failures = good ? 0 : 1});
    arm_agent();
  });
}

void VirtualDevice::deactivate(const update::TaskRow& row, update::Ticket ticket) {
  const auto event = row.state == update::State::rolled_back ? update::Event::done : update::Event::skip;
  answer_after(world_.conditions.step_us, std::move(ticket), event);
}

void VirtualDevice::collect(const std::vector<update::TaskRow>&, update::Ticket ticket) {
  answer_after(0, std::move(ticket), update::Event::done);
}

void VirtualDevice::take(const CloudAnswer& answer) {
  if (!answer.ack.empty()) {
    const auto ack = wire::decode_ack(answer.ack);
    if (ack) (void)agent_->acknowledge(ack->outcomes);
  }
  const auto offer = answer.offer ? wire::offer_from_value(*answer.offer) : fail(ErrorCode::not_found, "no offer");
  if (!offer || !reporter_.knows(offer->nonce)) return;
  if (offer->ask_profile) {
    reporter_.ask_profile();
    arm_report(0);
  }
  (void)agent_->offer(*offer);
  arm_agent();
}

void VirtualDevice::report() {
  arm_report(world_.conditions.report_us - world_.up_to(world_.conditions.report_us / 10));
  if (!online_) return;
  auto bytes = reporter_.next(*agent_);
  if (!bytes) return;
  world_.send([this, bytes = std::move(*bytes)] {
    const auto answer = cloud_.on_report(identity_.index, bytes);
    if (!answer || (!answer->offer && answer->ack.empty())) return;
    world_.send([this, answer = *answer] {
      if (online_) take(answer);
    });
  });
}

void VirtualDevice::arm_report(int64_t delay_us) {
  world_.time.after(delay_us, [this, number = ++report_timer_] {
    if (number == report_timer_) report();
  });
}

void VirtualDevice::arm_agent() {
  const int64_t wake = agent_->next_wake_us();
  const uint64_t number = ++agent_timer_;
  if (wake == INT64_MAX) return;
  world_.time.after(std::max<int64_t>(wake - world_.time.now_us(), 1000), [this, number] {
    if (number != agent_timer_) return;
    agent_->tick();
    arm_agent();
  });
}

}  // namespace walle::fleet
