#include "daemon/net/service.h"

#include <algorithm>
#include <random>

#include "ipc/bundle/seal.h"
#include "ipc/wire/ack.h"
#include "ipc/wire/event.h"
#include "ipc/wire/topics.h"
#include "libwalle/base/file.h"

namespace walle::net {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kFirstPauseUs = kSecondUs / 2;
constexpr int64_t kLongestPauseUs = 120 * kSecondUs;
/// Several changes in a row make one report.
constexpr int64_t kSettleUs = 50'000;

/// Uniform in [0, limit].
int64_t random_up_to(int64_t limit) {
  static thread_local std::mt19937_64 random(std::random_device{}());
  return std::uniform_int_distribution<int64_t>(0, std::max<int64_t>(limit, 0))(random);
}

/// Full jitter: after a broker's restart the fleet comes back spread over the pause.
int64_t pause_us(int attempts) {
  return kFirstPauseUs / 2 + random_up_to(std::min(kLongestPauseUs, kFirstPauseUs << std::min(attempts, 9)));
}

}  // namespace

Result<std::unique_ptr<Service>> Service::create(Loop& loop, const Config& config, const Identity& identity, Log log) {
  std::unique_ptr<Service> out(new Service(loop, config, identity, std::move(log)));
  WALLE_TRY(out->open());
  return out;
}

Service::Service(Loop& loop, const Config& config, const Identity& identity, Log log)
    : loop_(loop),
      config_(config),
      identity_(identity),
      log_(std::move(log)),
      reconnect_timer_(loop),
      report_timer_(loop),
      agent_timer_(loop) {
  if (!config_.mqtt_url.empty()) identity_.mqtt_url = config_.mqtt_url;
  identity_.origin_urls.insert(identity_.origin_urls.begin(), config_.origins.begin(), config_.origins.end());
  for (const auto& [key, value] : config_.labels) identity_.labels[key] = value;
}

Service::~Service() { session_.reset(); }

Result<bundle::Trust> Service::load_trust() {
  const std::string saved = WALLE_TRY(journal_->get("trust"));
  const std::string pinned = WALLE_TRY(read_text(identity_.root_file(), bundle::kMaxRoleBytes));
  bundle::Trust trust = WALLE_TRY(bundle::Trust::pin(pinned));
  if (saved.empty()) return trust;
  const auto value = parse_json(saved, {.bytes = 64U << 20, .depth = 4});
  auto restored = value ? bundle::Trust::restore(*value) : fail(value.error());
  if (restored) return restored;
  log_(Level::warning, "kept metadata is unusable, starting from root.json: " + restored.error().message);
  return trust;
}

Status Service::open() {
  WALLE_TRY(make_folders(config_.state_folder, 0755));
  journal_ = WALLE_TRY(update::open_sqlite_journal(config_.state_folder + "/agent.db"));
  bundle::Trust trust = WALLE_TRY(load_trust());
  auto store = WALLE_TRY(bundle::BlobStore::open(config_.state_folder));
  update::DeviceOptions options{.state_folder = config_.state_folder,
                                .runtime_version = WALLE_VERSION,
                                .http = {.ca_file = identity_.ca_file(), .bytes_per_second = config_.bytes_per_second},
                                .origins = identity_.origin_urls};
  options.open_sealed = [key_file =
                             identity_.key_file()](std::span<const uint8_t> sealed) -> Result<std::vector<uint8_t>> {
    const std::string key = WALLE_TRY(read_text(key_file, 1U << 16));
    return bundle::open_sealed(key, sealed);
  };
  walled_ = std::make_unique<WalledLink>(loop_, config_.socket, identity_.device, walled_callbacks());
  effects_ = std::make_unique<update::DeviceEffects>(
      std::move(options), std::move(trust), *journal_, *walled_, system_clock(),
      [this](auto work, auto then) { loop_.work(std::move(work), std::move(then)); }, std::move(store));
  make_agent();
  uplink_ = std::make_unique<Uplink>(
      loop_,
      [this](std::span<const uint8_t> frame) {
        return session_->publish(wire::topic_of(identity_.device, wire::TopicKind::feature), frame).has_value();
      },
      [this](const std::string& text) { log_(Level::warning, text); });
  return open_session();
}

void Service::make_agent() {
  update::AgentOptions options{.device = identity_.device};
  options.on_transition = [this](const update::TaskRow& row, update::Event event) {
    log_(Level::info, "task " + row.task + " " + row.target.offered.version + ": " + std::string(name_of(event)) +
                          " → " + std::string(name_of(row.state)) + (row.reason.empty() ? "" : ": " + row.reason));
  };
  agent_ = std::make_unique<update::Agent>(*journal_, *effects_, system_clock(), std::move(options));
  effects_->attach(*agent_);
  agent_->on_change([this] {
    report_soon(kSettleUs);
    arm_agent();
  });
  const Machine machine = describe_machine();
  wire::Profile profile{.labels = identity_.labels, .hardware = machine.hardware, .memory_mb = machine.memory_mb};
  profile.versions = machine.versions;
  profile.capabilities = {"chunks", "rollback"};
  reporter_ = std::make_unique<Reporter>(identity_.device, random_name(), std::move(profile));
}

Status Service::open_session() {
  const std::string& device = identity_.device;
  MqttOptions options{.url = identity_.mqtt_url,
                      .client = device,
                      .ca_file = identity_.ca_file(),
                      .certificate_file = identity_.certificate_file(),
                      .key_file = identity_.key_file()};
  options.subscriptions = {wire::topic_of(device, wire::TopicKind::offer), wire::topic_of(device, wire::TopicKind::ack),
                           wire::topic_of(device, wire::TopicKind::event), std::string(wire::kNudgeTopic)};
  options.will_topic = wire::topic_of(device, wire::TopicKind::link);
  options.will_payload = "offline";
  session_ = WALLE_TRY(MqttSession::create(
      std::move(options), {.online = [this] { loop_.post([this] { online(); }); },
                           .offline = [this](std::string why) { loop_.post([this, why] { offline(why); }); },
                           .message =
                               [this](std::string topic, std::vector<uint8_t> payload) {
                                 loop_.post([this, topic = std::move(topic), payload = std::move(payload)] {
                                   message(topic, payload);
                                 });
                               }}));
  return {};
}

WalledLink::Callbacks Service::walled_callbacks() {
  return {.connection =
              [this](bool connected) {
                log_(Level::info, connected ? "connected to walled" : "walled has gone");
                // It hands over again what is not uploaded yet.
                uplink_->clear();
              },
          .profile =
              [this](const Value& device, std::vector<wire::InstalledTask> tasks) {
                if (device.contains("labels") && device["labels"].is_object()) {
                  for (const auto& [key, value] : device["labels"].items()) {
                    if (value.is_string()) reporter_->profile().labels[key] = value.get<std::string>();
                  }
                }
                agent_->reconcile(tasks);
                arm_agent();
                report_soon(kSettleUs);
              },
          .verdict = [this](const std::string& task, int64_t counter, bool good,
                            update::Detail detail) { agent_->verdict(task, counter, good, std::move(detail)); },
          .features = [this](std::vector<wire::Feature> features) { uplink_->add(std::move(features)); },
          .log = [this](const std::string& text) { log_(Level::warning, text); }};
}

Status Service::start() {
  WALLE_TRY(agent_->start());
  arm_agent();
  walled_->start();
  walled_->link_state(false, "connecting to " + identity_.mqtt_url);
  session_->connect();
  return {};
}

void Service::stop() {
  stopping_ = true;
  if (online_) {
    const std::string_view text = "offline";
    (void)session_->publish(wire::topic_of(identity_.device, wire::TopicKind::link),
                            {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, true);
  }
  session_->disconnect(1000);
}

void Service::online() {
  if (stopping_) return;
  online_ = true;
  attempts_ = 0;
  log_(Level::info, "online: " + identity_.mqtt_url + " as " + identity_.device);
  walled_->link_state(true, identity_.mqtt_url);
  const std::string_view text = "online";
  (void)session_->publish(wire::topic_of(identity_.device, wire::TopicKind::link),
                          {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, true);
  report();
  uplink_->send_all();
}

void Service::offline(const std::string& why) {
  if (stopping_) return;
  const int64_t pause = pause_us(attempts_++);
  if (online_ || attempts_ == 1) log_(Level::warning, "offline: " + why);
  online_ = false;
  walled_->link_state(false, why);
  reconnect_timer_.set(pause, [this] { session_->connect(); });
}

void Service::report() {
  next_report_us_ = INT64_MAX;
  if (!online_) return;
  const auto bytes = reporter_->next(*agent_);
  if (!bytes) return log_(Level::error, "no report: " + bytes.error().message);
  const Status sent = session_->publish(wire::topic_of(identity_.device, wire::TopicKind::report), *bytes);
  if (!sent) {
    reporter_->ask_profile();
    log_(Level::warning, "the report was not sent: " + sent.error().message);
  }
  // A tenth of jitter keeps a fleet that was switched on together from reporting together for ever.
  report_soon(config_.report_us - random_up_to(config_.report_us / 10));
}

void Service::report_soon(int64_t delay_us) {
  const int64_t due = system_clock().monotonic_us() + delay_us;
  if (due >= next_report_us_) return;
  next_report_us_ = due;
  report_timer_.set(delay_us, [this] { report(); });
}

void Service::message(const std::string& topic, const std::vector<uint8_t>& payload) {
  if (topic == wire::kNudgeTopic) return on_nudge(payload);
  const auto parsed = wire::parse_topic(topic);
  if (!parsed || parsed->device != identity_.device) return;
  if (parsed->kind == wire::TopicKind::offer) return on_offer({payload.begin(), payload.end()}, false);
  if (parsed->kind == wire::TopicKind::ack) return on_ack(payload);
  if (parsed->kind == wire::TopicKind::event) return on_event(payload);
}

void Service::on_offer(const std::string& json, bool retried) {
  if (json.size() > wire::kMaxOfferBytes) return log_(Level::warning, "an offer over 256 KiB was ignored");
  const auto content = effects_->verify_offer(json);
  if (!content && content.error().code == ErrorCode::permission_denied && !retried) {
    // The director's key may be newer than the root known here.
    return effects_->refresh_roots([this, json](const Status&) { on_offer(json, true); });
  }
  if (!content) return log_(Level::warning, "an offer was refused: " + content.error().message);
  const auto offer = wire::offer_from_value(*content);
  if (!offer) return log_(Level::warning, "an offer was refused: " + offer.error().message);
  if (!reporter_->knows(offer->nonce)) return log_(Level::debug, "an offer that answers no recent report was ignored");
  const Status taken = agent_->offer(*offer);
  if (!taken) log_(Level::info, "an offer was ignored: " + taken.error().message);
  if (taken && offer->ask_profile) {
    reporter_->ask_profile();
    report_soon(0);
  }
  arm_agent();
}

void Service::on_ack(const std::vector<uint8_t>& payload) {
  const auto ack = wire::decode_ack(payload);
  if (!ack) return log_(Level::warning, "an ack was ignored: " + ack.error().message);
  if (ack->outcomes > 0) {
    const Status done = agent_->acknowledge(ack->outcomes);
    if (!done) log_(Level::error, done.error().message);
  }
  const auto ids = uplink_->acknowledge(ack->features);
  if (!ids.empty()) walled_->uploaded(ids);
}

void Service::on_nudge(const std::vector<uint8_t>& payload) {
  const auto nudge = wire::decode_nudge(payload);
  if (!nudge || nudge->epoch <= agent_->epoch()) return;
  report_soon(random_up_to(std::min(nudge->jitter_us, config_.report_us)));
}

void Service::on_event(const std::vector<uint8_t>& payload) {
  const auto value = from_cbor(payload, {.bytes = wire::kMaxEventBytes, .depth = 64});
  const auto event = value ? wire::event_from_value(*value) : fail(value.error());
  if (!event) return log_(Level::warning, "an event from the cloud was refused: " + event.error().message);
  walled_->cloud_event(*value);
}

void Service::arm_agent() {
  const int64_t wake = agent_->next_wake_us();
  if (wake == INT64_MAX) return agent_timer_.stop();
  const int64_t delay = std::clamp<int64_t>(wake - system_clock().monotonic_us(), 1000, 3600 * kSecondUs);
  agent_timer_.set(delay, [this] {
    agent_->tick();
    arm_agent();
  });
}

}  // namespace walle::net
