#include <algorithm>

#include "cloud-broker/core/service.h"
#include "cloud-broker/policies/policies.h"
#include "ipc/wire/ack.h"
#include "ipc/wire/topics.h"
#include "libwalle/base/base64.h"
#include "libwalle/base/digest.h"

namespace walle::core {
namespace {

constexpr size_t kMaxLabels = 64;

Status check_labels(const Value& labels) {
  if (!labels.is_object() || labels.size() > kMaxLabels)
    return fail(ErrorCode::invalid_argument, "labels have to be a map of at most 64 strings");
  for (const auto& [key, value] : labels.items())
    if (key.empty() || key.size() > 64 || !value.is_string() || value.get_ref<const std::string&>().size() > 256)
      return fail(ErrorCode::invalid_argument,
                  "label '" + key.substr(0, 64) + "' has to be a string of at most 256 bytes");
  return {};
}

store::OutcomeRow row_of(const wire::Outcome& outcome) {
  return {static_cast<int64_t>(outcome.seq), outcome.counter, outcome.task, outcome.version,  outcome.result,
          outcome.reason.substr(0, 1024),    outcome.time_us, outcome.runs, outcome.failures, outcome.bytes};
}

Value summary_of(const store::DeviceRow& row, const rollout::Device& device, int64_t last_seen_us) {
  Value tasks = Value::array();
  for (const auto& [task, installed] : device.tasks)
    tasks.push_back(
        {{"task", task}, {"version", installed.version}, {"counter", installed.counter}, {"state", installed.state}});
  return {{"device", row.id},
          {"labels", device.profile.value("labels", Value::object())},
          {"memory_mb", device.profile.value("memory_mb", Value(0))},
          {"enrolled_us", row.enrolled_us},
          {"last_seen_us", last_seen_us},
          {"revoked", row.revoked},
          {"tasks", tasks}};
}

}  // namespace

rollout::Device Service::device_of(const store::DeviceRow& row) {
  rollout::Device device;
  device.id = row.id;
  device.profile = row.profile;
  // What expressions read: the device's own account, with the operator's labels on top.
  Value labels = row.profile.value("labels", Value::object());
  for (const auto& [key, value] : row.labels.items()) labels[key] = value;
  device.profile["labels"] = std::move(labels);
  device.profile["device"] = row.id;
  const auto profile = wire::profile_from_value(row.profile);
  if (!profile) return device;
  for (const wire::InstalledTask& task : profile->tasks)
    device.tasks[task.task] = {task.version, task.counter, task.state};
  return device;
}

bool Service::knows(const std::string& device) const {
  const std::lock_guard lock(mutex_);
  const auto it = fleet_.find(device);
  return it != fleet_.end() && !it->second.row.revoked;
}

Status Service::take_profile(Known& known, const wire::Report& report) {
  known.row.profile = wire::to_value(*report.profile);
  known.row.digest = hex_encode(report.digest);
  known.row.boot = report.boot;
  known.row.last_seen_us = clock_.wall_us();
  WALLE_TRY(store_->save_device(known.row));
  known.device = device_of(known.row);
  ++fleet_version_;
  return {};
}

Result<std::vector<uint8_t>> Service::take_outcomes(const wire::Report& report) {
  std::vector<store::OutcomeRow> rows;
  std::set<int64_t> counters;
  wire::Ack ack;
  for (const wire::Outcome& outcome : report.outcomes) {
    rows.push_back(row_of(outcome));
    counters.insert(outcome.counter);
    ack.outcomes = std::max(ack.outcomes, outcome.seq);
  }
  WALLE_TRY(store_->record_outcomes(report.device, rows, clock_.wall_us()));
  for (const int64_t counter : counters) evaluate(counter);
  return wire::encode_ack(ack);
}

bool Service::pending(const rollout::Device& device) const {
  for (const rollout::Wanted& wanted : rollout::offer(device, table_, policies::policy_defs(), clock_.wall_us())) {
    const auto it = device.tasks.find(wanted.task);
    if (it == device.tasks.end() || it->second.counter != wanted.release->counter) return true;
  }
  return false;
}

Result<std::string> Service::make_offer(const Known& known, const wire::Report& report, bool ask_profile) {
  const int64_t now = clock_.wall_us();
  wire::Offer offer;
  offer.device = known.row.id;
  offer.nonce = report.nonce;
  // A question carries no news: the device must not think that it has seen this epoch.
  offer.epoch = ask_profile ? std::min(report.epoch, table_.epoch) : table_.epoch;
  offer.time_us = now;
  offer.expires_us = now + publisher_->lifetimes().offer;
  offer.ask_profile = ask_profile;
  offer.origins = endpoints_.origins;
  std::vector<store::OfferRow> rows;
  if (!ask_profile) {
    for (const rollout::Wanted& wanted : rollout::offer(known.device, table_, policies::policy_defs(), now)) {
      if (offer.tasks.size() >= wire::kMaxOfferedTasks) break;
      wire::OfferedTask task;
      const rollout::Release& release = *wanted.release;
      task.scenario = release.scenario;
      task.task = wanted.task;
      task.version = release.version;
      task.counter = release.counter;
      task.action = wanted.remove              ? wire::OfferAction::remove
                    : release.rollback_of != 0 ? wire::OfferAction::rollback
                                               : wire::OfferAction::install;
      if (!wanted.remove) task.manifest = WALLE_TRY(digest_from_hex(release.manifest_sha256));
      task.manifest_bytes = release.manifest_bytes;
      if (!wanted.remove) {
        auto files = sealed_files(known.row, release.manifest_sha256);
        if (!files) {
          note(rollout::tag_of(release) + " is not offered to " + known.row.id + ": " + files.error().message);
          continue;
        }
        task.exclusive = std::move(*files);
      }
      const auto have = known.device.tasks.find(wanted.task);
      if (have == known.device.tasks.end() || have->second.counter != release.counter)
        rows.push_back({release.counter, known.row.id, std::max<int64_t>(0, wanted.stage), now, "", "", 0});
      offer.tasks.push_back(std::move(task));
    }
  }
  WALLE_TRY(store_->record_offers(rows));
  return publisher_->sign_offer(wire::to_value(offer));
}

Result<Answer> Service::on_report(const std::string& device, std::span<const uint8_t> bytes) {
  const wire::Report report = WALLE_TRY(wire::decode_report(bytes));
  if (report.device != device)
    return fail(ErrorCode::permission_denied, device + " sent a report in the name of " + report.device);
  const std::lock_guard lock(mutex_);
  const auto it = fleet_.find(device);
  if (it == fleet_.end() || it->second.row.revoked)
    return fail(ErrorCode::permission_denied, "device " + device + " is not enrolled");
  Known& known = it->second;
  last_seen_[device] = clock_.wall_us();
  Answer answer;
  if (report.profile) WALLE_TRY(take_profile(known, report));
  if (!report.outcomes.empty()) answer.ack = WALLE_TRY(take_outcomes(report));
  const bool ask = !report.profile && hex_encode(report.digest) != known.row.digest;
  if (ask || report.profile || report.epoch != table_.epoch || pending(known.device))
    answer.offer = WALLE_TRY(make_offer(known, report, ask));
  return answer;
}

Result<wire::EnrolResponse> Service::enrol(const wire::EnrolRequest& request) {
  const int64_t now = clock_.wall_us();
  const std::string hash = to_hex(sha256(request.token));
  const store::TokenRow token = WALLE_TRY(store_->token(hash, now));
  store::DeviceRow row;
  row.id = !token.device.empty() ? token.device : request.device;
  if (row.id.empty()) row.id = "device-" + pki::random_token().substr(0, 12);
  if (!wire::is_device_id(row.id) || row.id.starts_with("walle-"))
    return fail(ErrorCode::invalid_argument,
                "'" + row.id + "' cannot be a device's name: letters, digits, . _ - and not walle-…");
  row.profile = {{"labels", request.labels}, {"hardware", request.hardware}};
  WALLE_TRY(check_labels(row.profile["labels"]));
  row.enrolled_us = row.last_seen_us = now;
  wire::EnrolResponse response;
  response.certificate_pem = WALLE_TRY(authority_->sign_request(request.csr_pem, row.id));
  row.certificate_pem = response.certificate_pem;
  row.certificate_sha256 = WALLE_TRY(pki::fingerprint(response.certificate_pem));
  const std::lock_guard lock(mutex_);
  row = WALLE_TRY(store_->enrol(hash, row, now));
  fleet_[row.id] = Known{row, device_of(row)};
  ++fleet_version_;
  response.device = row.id;
  response.ca_pem = authority_->certificate_pem();
  response.mqtt_url = endpoints_.mqtt_url;
  response.origin_urls = endpoints_.origins;
  response.root = WALLE_TRY(parse_json(publisher_->root_json()));
  return response;
}

Result<std::string> Service::make_token(const TokenRequest& request) {
  WALLE_TRY(check_labels(request.labels));
  if (!request.device.empty() && !wire::is_device_id(request.device))
    return fail(ErrorCode::invalid_argument, "'" + request.device.substr(0, 64) + "' is not a device's name");
  if (request.uses < 1 || request.uses > 1'000'000 || request.lifetime_us < 1)
    return fail(ErrorCode::invalid_argument, "uses has to be 1 to 1000000 and the lifetime positive");
  const int64_t now = clock_.wall_us();
  std::string token = pki::random_token();
  const store::TokenRow row{
      to_hex(sha256(token)), request.device, request.labels, request.uses, now + request.lifetime_us, now};
  WALLE_TRY(store_->add_token(row, {0, now, request.actor, "token.create", request.device,
                                    std::to_string(request.uses) + " uses, labels " + to_json(request.labels), ""}));
  return token;
}

Result<Value> Service::devices(int64_t limit, const std::string& after) {
  const std::lock_guard lock(mutex_);
  Value out = Value::array();
  for (auto it = fleet_.upper_bound(after); it != fleet_.end() && static_cast<int64_t>(out.size()) < limit; ++it) {
    const auto seen = last_seen_.find(it->first);
    out.push_back(summary_of(it->second.row, it->second.device,
                             seen == last_seen_.end() ? it->second.row.last_seen_us : seen->second));
  }
  return out;
}

Result<Value> Service::device(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto it = fleet_.find(id);
  if (it == fleet_.end())
    return fail(ErrorCode::not_found, "no device '" + id.substr(0, 64) + "'; see walle-ctl device list");
  const auto seen = last_seen_.find(id);
  Value out = summary_of(it->second.row, it->second.device,
                         seen == last_seen_.end() ? it->second.row.last_seen_us : seen->second);
  out["profile"] = it->second.device.profile;
  out["certificate_sha256"] = it->second.row.certificate_sha256;
  out["outcomes"] = Value::array();
  const auto outcomes = WALLE_TRY(store_->outcomes(id, 50));
  for (const store::OutcomeRow& row : outcomes)
    out["outcomes"].push_back({{"seq", row.seq},
                               {"counter", row.counter},
                               {"task", row.task},
                               {"version", row.version},
                               {"result", row.result},
                               {"reason", row.reason},
                               {"time_us", row.time_us},
                               {"runs", row.runs},
                               {"failures", row.failures},
                               {"bytes", row.bytes}});
  return out;
}

Status Service::set_labels(const std::string& id, const Value& labels, const std::string& actor) {
  WALLE_TRY(check_labels(labels));
  const std::lock_guard lock(mutex_);
  const auto it = fleet_.find(id);
  if (it == fleet_.end())
    return fail(ErrorCode::not_found, "no device '" + id.substr(0, 64) + "'; see walle-ctl device list");
  store::DeviceRow row = it->second.row;
  row.labels = labels;
  WALLE_TRY(store_->save_device(row));
  it->second = Known{row, device_of(row)};
  ++fleet_version_;
  // The epoch rises so that the device is answered when it reports next.
  return commit({}, {{0, clock_.wall_us(), actor, "device.labels", id, to_json(labels), ""}});
}

}  // namespace walle::core
