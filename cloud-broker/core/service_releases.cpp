#include <algorithm>
#include <filesystem>

#include "cloud-broker/core/service.h"
#include "cloud-broker/policies/policies.h"
#include "cloud-broker/rollout/state_def.h"
#include "cloud-broker/rollout/take_back.h"
#include "cloud-broker/tasks/admission.h"

namespace walle::core {
namespace {

using rollout::Event;
using rollout::State;

std::string subject_of(const rollout::Release& release) {
  return rollout::tag_of(release) + " (" + std::to_string(release.counter) + ")";
}

bool ended(const rollout::Release& release) {
  return release.state == State::superseded || release.state == State::rolled_back;
}

bool reached_devices(State state) { return state != State::draft && state != State::simulated; }

bool covers_all_targets(const rollout::Release& release) {
  const rollout::Stage& last = release.plan.stages.back();
  return last.devices.empty() && last.share >= 1;
}

Value tally_value(const rollout::Tally& tally) {
  return {{"members", tally.members},
          {"offered", tally.offered},
          {"good", tally.good},
          {"failed", tally.failed},
          {"silent", tally.silent}};
}

}  // namespace

rollout::Release* Service::find(int64_t counter) {
  const auto it = std::find_if(table_.releases.begin(), table_.releases.end(),
                               [&](const rollout::Release& release) { return release.counter == counter; });
  return it == table_.releases.end() ? nullptr : &*it;
}

Status Service::commit(const std::vector<rollout::Release>& changes, const std::vector<store::AuditEntry>& entries) {
  table_.epoch = WALLE_TRY(store_->save(changes, entries));
  for (const rollout::Release& change : changes) {
    if (rollout::Release* known = find(change.counter); known != nullptr) {
      *known = change;
    } else {
      table_.releases.push_back(change);
    }
  }
  std::sort(table_.releases.begin(), table_.releases.end(),
            [](const auto& a, const auto& b) { return a.counter < b.counter; });
  if (changed_) changed_(table_.epoch);
  return {};
}

void Service::take_back(const rollout::Release& release, const std::string& actor,
                        std::vector<rollout::Release>& changes, std::vector<store::AuditEntry>& entries,
                        int64_t new_counter) const {
  rollout::Release back = rollout::taken_back(release, table_, new_counter, clock_.wall_us());
  entries.push_back({0, back.created_us, actor, "release.create", subject_of(back), back.reason, ""});
  changes.push_back(std::move(back));
}

void Service::supersede_older(const rollout::Release& release, std::vector<rollout::Release>& changes,
                              std::vector<store::AuditEntry>& entries) const {
  if (!covers_all_targets(release)) return;
  const int64_t now = clock_.wall_us();
  for (const rollout::Release& older : table_.releases) {
    if (older.counter >= release.counter || older.task != release.task || older.scenario != release.scenario ||
        ended(older) || older.plan.targets.text() != release.plan.targets.text())
      continue;
    auto next = rollout::apply(older, Event::supersede, now, "superseded by " + subject_of(release));
    if (!next) continue;
    entries.push_back({0, now, "broker", "release.supersede", subject_of(older), next->reason, ""});
    changes.push_back(std::move(*next));
  }
}

Status Service::move(int64_t counter, Event event, const std::string& actor, std::string reason) {
  const rollout::Release* release = find(counter);
  if (release == nullptr)
    return fail(ErrorCode::not_found, "no release " + std::to_string(counter) + "; see walle-ctl release list");
  const int64_t now = clock_.wall_us();
  std::vector<rollout::Release> changes = {WALLE_TRY(rollout::apply(*release, event, now, reason))};
  std::vector<store::AuditEntry> entries = {
      {0, now, actor, "release." + std::string(rollout::name_of(event)), subject_of(*release), std::move(reason), ""}};
  if (event == Event::roll_back && reached_devices(release->state)) {
    const int64_t new_counter = WALLE_TRY(store_->next_counter());
    take_back(*release, actor, changes, entries, new_counter);
  }
  if (event == Event::finish) supersede_older(*release, changes, entries);
  return commit(changes, entries);
}

Result<rollout::Tallies> Service::tallies(const rollout::Release& release) {
  const int64_t now = clock_.wall_us();
  auto out = WALLE_TRY(store_->tallies(release.counter, release.stage, now - release.plan.stop.silence_us));
  Members& members = members_[release.counter];
  if (members.fleet_version != fleet_version_ || members.stage != release.stage) {
    members = {fleet_version_, release.stage, 0, 0};
    for (const auto& [id, known] : fleet_) {
      const auto standing = rollout::membership(known.device, release, release.stage, policies::policy_defs(), now);
      if (standing.verdict.decision != rollout::Decision::offer) continue;
      ++members.total;
      if (standing.stage == release.stage) ++members.own;
    }
  }
  out.total.members = members.total;
  out.stage.members = members.own;
  return out;
}

void Service::evaluate(int64_t counter) {
  // A release moves through a few states at once when nothing holds it; the bound stops a fault in a state's tick.
  for (int step = 0; step < 64; ++step) {
    const rollout::Release* release = find(counter);
    if (release == nullptr || ended(*release)) return;
    if (release->state == State::draft) {
      if (release->plan.simulate) return;
      const Status moved = move(counter, Event::simulation_passed, "broker", "no simulation was asked for");
      if (!moved) return note(moved.error().message);
      continue;
    }
    const auto counts = tallies(*release);
    if (!counts) return note(counts.error().message);
    const auto wish = rollout::state_def(release->state).tick(*release, *counts, clock_.wall_us());
    if (!wish) return;
    const Status moved = move(counter, wish->event, "broker", wish->reason);
    if (!moved) return note(moved.error().message);
  }
}

Result<rollout::Release> Service::draft_from_git(const CreateRequest& request, int64_t counter) {
  const int64_t now = clock_.wall_us();
  const auto admitted = WALLE_TRY(tasks::admit(
      request.repository, request.tag, counter,
      {config_.state_dir + "/work", config_.allowed_signers, config_.convert_timeout_us, private_blobs_.get()}, *store_,
      *blobs_, now));
  rollout::Release release;
  release.counter = counter;
  release.scenario = admitted.scenario;
  release.task = admitted.tag.task;
  release.version = admitted.tag.version;
  release.commit = admitted.commit;
  release.manifest_sha256 = to_hex(admitted.bundle.digest);
  release.manifest_bytes = static_cast<int64_t>(admitted.bundle.text.size());
  release.plan = WALLE_TRY(rollout::parse_plan(request.plan));
  release.seed = pki::random_token();
  release.created_us = now;
  release.reason = "tag signed by " + admitted.signer;
  const std::lock_guard lock(mutex_);
  // The same tag again is the same bundle: what was published for a version never changes.
  for (const rollout::Release& older : table_.releases)
    if (older.scenario == release.scenario && older.task == release.task && older.version == release.version &&
        older.commit == release.commit && !older.manifest_sha256.empty()) {
      release.manifest_sha256 = older.manifest_sha256;
      release.manifest_bytes = older.manifest_bytes;
      return release;
    }
  WALLE_TRY(store_->add_exclusive(release.manifest_sha256, admitted.exclusive));
  WALLE_TRY(publisher_->publish(release.scenario, release.task, release.version,
                                {admitted.bundle.digest, release.manifest_bytes, counter}, now));
  return release;
}

Result<Value> Service::create_release(const CreateRequest& request) {
  const rollout::Plan plan = WALLE_TRY(rollout::parse_plan(request.plan));
  for (const rollout::Stage& stage : plan.stages)
    WALLE_TRY(rollout::find_policy(policies::policy_defs(), stage.policy));
  const std::lock_guard one_at_a_time(admission_);
  const int64_t counter = WALLE_TRY(store_->next_counter());
  const rollout::Release release = WALLE_TRY(draft_from_git(request, counter));
  const std::lock_guard lock(mutex_);
  WALLE_TRY(commit(
      {release}, {{0, release.created_us, request.actor, "release.create", subject_of(release),
                   "commit " + release.commit + ", manifest " + release.manifest_sha256 + ", " + release.reason, ""}}));
  if (plan.simulate) {
    const std::lock_guard queue(simulations_mutex_);
    simulations_.push_back(counter);
    simulations_wake_.notify_one();
  }
  evaluate(counter);
  return view(*find(counter));
}

Result<Value> Service::act(int64_t counter, Event event, const std::string& actor, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  WALLE_TRY(move(counter, event, actor, reason.empty() ? "by " + actor : reason));
  evaluate(counter);
  return view(*find(counter));
}

Result<Value> Service::view(const rollout::Release& release) {
  const auto counts = WALLE_TRY(tallies(release));
  const auto& stage = release.plan.stages[static_cast<size_t>(release.stage)];
  Value stages = Value::array();
  for (const rollout::Stage& each : release.plan.stages)
    stages.push_back({{"name", each.name},
                      {"policy", each.policy},
                      {"share", each.share},
                      {"devices", each.devices},
                      {"success", each.success},
                      {"soak_us", each.soak_us},
                      {"approval", each.approval}});
  const int64_t next = release.stage + 1;
  const bool waits = (release.state == State::beta || release.state == State::gray) &&
                     next < std::ssize(release.plan.stages) &&
                     release.plan.stages[static_cast<size_t>(next)].approval && release.approved_stage < next;
  return Value{{"counter", release.counter},
               {"tag", rollout::tag_of(release)},
               {"scenario", release.scenario},
               {"task", release.task},
               {"version", release.version},
               {"commit", release.commit},
               {"manifest_sha256", release.manifest_sha256},
               {"state", rollout::name_of(release.state)},
               {"meaning", rollout::state_def(release.state).meaning},
               {"stage", stage.name},
               {"stage_index", release.stage},
               {"stage_started_us", release.stage_started_us},
               {"waits_for_approval", waits},
               {"targets", release.plan.targets.text()},
               {"stages", stages},
               {"rollback_of", release.rollback_of},
               {"created_us", release.created_us},
               {"reason", release.reason},
               {"total", tally_value(counts.total)},
               {"in_stage", tally_value(counts.stage)}};
}

Result<Value> Service::releases() {
  const std::lock_guard lock(mutex_);
  Value out = Value::array();
  for (auto it = table_.releases.rbegin(); it != table_.releases.rend(); ++it) {
    Value one = WALLE_TRY(view(*it));
    one.erase("stages");
    out.push_back(std::move(one));
  }
  return out;
}

Result<Value> Service::release(int64_t counter) {
  const std::lock_guard lock(mutex_);
  const rollout::Release* found = find(counter);
  if (found == nullptr) return fail(ErrorCode::not_found, "no release " + std::to_string(counter));
  Value out = WALLE_TRY(view(*found));
  auto simulation = WALLE_TRY(store_->simulation(counter));
  out["simulation"] = simulation ? std::move(*simulation) : Value(nullptr);
  out["plan"] = found->plan.text;
  out["devices"] = Value::array();
  const auto rows = WALLE_TRY(store_->offers(counter, 200));
  for (const store::OfferRow& row : rows)
    out["devices"].push_back({{"device", row.device},
                              {"stage", row.stage},
                              {"offered_us", row.offered_us},
                              {"outcome", row.outcome},
                              {"reason", row.reason},
                              {"decided_us", row.decided_us}});
  return out;
}

Result<int64_t> Service::find_release(const std::string& text) const {
  const std::lock_guard lock(mutex_);
  for (auto it = table_.releases.rbegin(); it != table_.releases.rend(); ++it)
    if (std::to_string(it->counter) == text || rollout::tag_of(*it) == text) return it->counter;
  return fail(ErrorCode::not_found, "no release '" + text.substr(0, 128) + "'; see walle-ctl release list");
}

Result<Value> Service::why(const std::string& device, const std::string& task) {
  const std::lock_guard lock(mutex_);
  const auto it = fleet_.find(device);
  if (it == fleet_.end())
    return fail(ErrorCode::not_found, "no device '" + device.substr(0, 64) + "'; see walle-ctl device list");
  const auto have = it->second.device.tasks.find(task);
  Value out = {{"device", device}, {"task", task}, {"installed", nullptr}, {"releases", Value::array()}};
  if (have != it->second.device.tasks.end())
    out["installed"] = {
        {"version", have->second.version}, {"counter", have->second.counter}, {"state", have->second.state}};
  for (const rollout::Why& why :
       rollout::why(it->second.device, table_, task, policies::policy_defs(), clock_.wall_us()))
    out["releases"].push_back({{"counter", why.release->counter},
                               {"tag", rollout::tag_of(*why.release)},
                               {"state", rollout::name_of(why.release->state)},
                               {"decision", rollout::name_of(why.verdict.decision)},
                               {"reason", why.verdict.reason},
                               {"chosen", why.chosen}});
  return out;
}

}  // namespace walle::core
