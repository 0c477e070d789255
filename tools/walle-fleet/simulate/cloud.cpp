#include "tools/walle-fleet/simulate/cloud.h"

#include <algorithm>

#include "cloud-broker/policies/policies.h"
#include "cloud-broker/rollout/state_def.h"
#include "cloud-broker/rollout/take_back.h"
#include "ipc/wire/ack.h"
#include "ipc/wire/report.h"
#include "libwalle/base/digest.h"

namespace walle::fleet {
namespace {

constexpr int64_t kOfferLifetimeUs = 3'600'000'000;

bool ended(const rollout::Release& release) {
  return release.state == rollout::State::superseded || release.state == rollout::State::rolled_back;
}

}  // namespace

Cloud::Cloud(World& world, std::vector<rollout::Device> fleet)
    : world_(world), fleet_(std::move(fleet)), digests_(fleet_.size()) {}

rollout::Release& Cloud::find(int64_t counter) {
  return *std::find_if(table_.releases.begin(), table_.releases.end(),
                       [&](const rollout::Release& release) { return release.counter == counter; });
}

const rollout::Release& Cloud::release(int64_t counter) const { return const_cast<Cloud*>(this)->find(counter); }

Status Cloud::begin(rollout::Release first, rollout::Release next) {
  for (const rollout::Stage& stage : next.plan.stages)
    WALLE_TRY(rollout::find_policy(policies::policy_defs(), stage.policy));
  const int64_t counter = next.counter;
  table_.releases = {std::move(first), std::move(next)};
  table_.epoch = 1;
  evaluate(counter);
  return {};
}

void Cloud::take_profile(size_t device, const Value& profile, std::string digest) {
  rollout::Device& known = fleet_[device];
  const Value labels = known.profile.value("labels", Value::object());
  known.profile = profile;
  known.profile["labels"] = labels;
  known.profile["device"] = known.id;
  known.tasks.clear();
  const auto parsed = wire::profile_from_value(profile);
  if (parsed) {
    for (const wire::InstalledTask& task : parsed->tasks)
      known.tasks[task.task] = {task.version, task.counter, task.state};
  }
  digests_[device] = std::move(digest);
}

void Cloud::take_outcome(size_t device, int64_t counter, const std::string& result) {
  Books& books = books_[counter];
  const auto it = books.offered.find(device);
  if (it == books.offered.end() || !it->second.outcome.empty()) return;
  Offered& offered = it->second;
  const bool good = result == "committed" || result == "removed";
  offered.outcome = good ? "good" : "failed";
  books.count(offered, good ? &rollout::Tally::good : &rollout::Tally::failed, 1);
  if (offered.silent) books.count(offered, &rollout::Tally::silent, -1);
  offered.silent = false;
  evaluate(counter);
}

std::vector<rollout::Wanted> Cloud::missing(const rollout::Device& device) const {
  auto wanted = rollout::offer(device, table_, policies::policy_defs(), world_.time.clock().wall_us());
  std::erase_if(wanted, [&device](const rollout::Wanted& one) {
    const auto it = device.tasks.find(one.task);
    return it != device.tasks.end() && it->second.counter == one.release->counter;
  });
  return wanted;
}

bool Cloud::pending() const {
  const auto failed = [this](size_t device, int64_t counter) {
    const auto books = books_.find(counter);
    if (books == books_.end()) return false;
    const auto offered = books->second.offered.find(device);
    return offered != books->second.offered.end() && offered->second.outcome == "failed";
  };
  for (size_t i = 0; i < fleet_.size(); ++i) {
    for (const rollout::Wanted& one : missing(fleet_[i])) {
      if (!failed(i, one.release->counter)) return true;
    }
  }
  return false;
}

Value Cloud::make_offer(size_t device, const std::string& nonce, bool ask, int64_t epoch) {
  const int64_t now = world_.time.clock().wall_us();
  wire::Offer offer{.device = fleet_[device].id, .nonce = nonce};
  offer.epoch = ask ? std::min(epoch, table_.epoch) : table_.epoch;
  offer.time_us = now;
  offer.expires_us = now + kOfferLifetimeUs;
  offer.ask_profile = ask;
  if (ask) return wire::to_value(offer);
  for (const auto& wanted : rollout::offer(fleet_[device], table_, policies::policy_defs(), now)) {
    const rollout::Release& release = *wanted.release;
    wire::OfferedTask task{.scenario = release.scenario, .task = wanted.task, .version = release.version};
    task.counter = release.counter;
    task.action = wanted.remove              ? wire::OfferAction::remove
                  : release.rollback_of != 0 ? wire::OfferAction::rollback
                                             : wire::OfferAction::install;
    if (!wanted.remove) task.manifest = *digest_from_hex(release.manifest_sha256);
    task.manifest_bytes = release.manifest_bytes;
    offer.tasks.push_back(std::move(task));
    const auto have = fleet_[device].tasks.find(wanted.task);
    if (have != fleet_[device].tasks.end() && have->second.counter == release.counter) continue;
    Books& books = books_[release.counter];
    const Offered offered{std::max<int64_t>(0, wanted.stage), now, "", false};
    if (!books.offered.emplace(device, offered).second) continue;
    books.order.push_back(device);
    books.count(offered, &rollout::Tally::offered, 1);
  }
  ++offers_;
  return wire::to_value(offer);
}

Result<CloudAnswer> Cloud::on_report(size_t device, std::span<const uint8_t> bytes) {
  const wire::Report report = WALLE_TRY(wire::decode_report(bytes));
  ++reports_;
  CloudAnswer answer;
  const std::string digest(report.digest.begin(), report.digest.end());
  if (report.profile) take_profile(device, wire::to_value(*report.profile), digest);
  wire::Ack ack;
  for (const wire::Outcome& outcome : report.outcomes) {
    take_outcome(device, outcome.counter, outcome.result);
    ack.outcomes = std::max(ack.outcomes, outcome.seq);
  }
  if (!report.outcomes.empty()) answer.ack = wire::encode_ack(ack);
  const bool ask = !report.profile && digest != digests_[device];
  if (ask || report.profile || report.epoch != table_.epoch || !missing(fleet_[device]).empty())
    answer.offer = make_offer(device, report.nonce, ask, report.epoch);
  return answer;
}

rollout::Tallies Cloud::tallies(const rollout::Release& release) {
  Books& books = books_[release.counter];
  const int64_t now = world_.time.clock().wall_us();
  for (; books.heard < books.order.size(); ++books.heard) {
    Offered& offered = books.offered.at(books.order[books.heard]);
    if (offered.time_us >= now - release.plan.stop.silence_us) break;
    offered.silent = offered.outcome.empty();
    if (offered.silent) books.count(offered, &rollout::Tally::silent, 1);
  }
  if (books.members_stage != release.stage) {
    books.members_stage = release.stage;
    rollout::Tally& own = books.stages[release.stage];
    books.total.members = own.members = 0;
    for (const rollout::Device& device : fleet_) {
      const auto standing = rollout::membership(device, release, release.stage, policies::policy_defs(), now);
      if (standing.verdict.decision != rollout::Decision::offer) continue;
      ++books.total.members;
      if (standing.stage == release.stage) ++own.members;
    }
  }
  return {.stage = books.stages[release.stage], .total = books.total};
}

void Cloud::move(int64_t counter, rollout::Event event, const std::string& reason) {
  const int64_t now = world_.time.clock().wall_us();
  rollout::Release& release = find(counter);
  const bool reached = release.state != rollout::State::draft && release.state != rollout::State::simulated;
  auto next = rollout::apply(release, event, now, reason);
  if (!next) return;
  release = std::move(*next);
  ++table_.epoch;
  if (moved) moved(release, std::string(rollout::name_of(event)));
  if (event == rollout::Event::roll_back && reached) {
    table_.releases.push_back(rollout::taken_back(release, table_, table_.releases.back().counter + 1, now));
    if (moved) moved(table_.releases.back(), "create");
  }
  if (changed) changed(table_.epoch);
}

void Cloud::evaluate(int64_t counter) {
  // A release moves through a few states at once when nothing holds it; the bound stops a fault in a state's tick.
  for (int step = 0; step < 64; ++step) {
    const rollout::Release& release = find(counter);
    if (ended(release)) return;
    if (release.state == rollout::State::draft) {
      move(counter, rollout::Event::simulation_passed, "this is the simulation");
      continue;
    }
    const auto wish = rollout::state_def(release.state).tick(release, tallies(release), world_.time.clock().wall_us());
    if (!wish) return;
    move(counter, wish->event, wish->reason);
  }
}

void Cloud::tick() {
  std::vector<int64_t> counters;
  for (const rollout::Release& release : table_.releases) {
    if (!ended(release) && release.rollback_of == 0) counters.push_back(release.counter);
  }
  for (const int64_t counter : counters) evaluate(counter);
}

}  // namespace walle::fleet
