#include "tools/walle-fleet/device.h"

#include <algorithm>
#include <random>

#include "ipc/wire/ack.h"
#include "ipc/wire/topics.h"
#include "tools/walle-fleet/simulate/share.h"

namespace walle::fleet {
namespace {

std::mt19937_64& random_source() {
  static std::mt19937_64 random(std::random_device{}());
  return random;
}

int64_t random_up_to(int64_t limit) { return std::uniform_int_distribution<int64_t>(0, limit)(random_source()); }

wire::Profile profile_of(const net::Identity& identity) {
  wire::Profile out{.labels = identity.labels, .memory_mb = 512, .versions = {{"walle", WALLE_VERSION}}};
  out.hardware = {{"arch", "simulated"}, {"cores", 2}};
  return out;
}

}  // namespace

Device::Device(net::Loop& loop, net::Identity identity, const bundle::Trust& trust, const Behaviour& behaviour)
    : loop_(loop),
      identity_(std::move(identity)),
      trust_(trust),
      behaviour_(behaviour),
      journal_(update::make_memory_journal()),
      reporter_(identity_.device, net::random_name(), profile_of(identity_)),
      agent_timer_(loop),
      report_timer_(loop),
      connect_timer_(loop) {
  update::AgentOptions options{.device = identity_.device};
  options.on_transition = [this](const update::TaskRow& row, update::Event) {
    if (row.state == update::State::offered) counters_.first_offer_us = system_clock().monotonic_us();
    if (row.state < update::State::committed) return;
    counters_.done_us = system_clock().monotonic_us();
    const bool removal = row.target.offered.action == wire::OfferAction::remove;
    if (row.state == update::State::committed) ++(removal ? counters_.removed : counters_.committed);
    if (row.state == update::State::rolled_back) ++counters_.rolled_back;
    if (row.state == update::State::failed) ++counters_.failed;
  };
  agent_ = std::make_unique<update::Agent>(*journal_, *this, system_clock(), std::move(options));
  agent_->on_change([this] {
    arm();
    arm_report(20'000);
  });
}

Device::~Device() = default;

Status Device::start() {
  WALLE_TRY(agent_->start());
  net::MqttOptions options{.url = identity_.mqtt_url,
                           .client = identity_.device,
                           .ca_file = identity_.ca_file(),
                           .certificate_file = identity_.certificate_file(),
                           .key_file = identity_.key_file()};
  for (const auto kind : {wire::TopicKind::offer, wire::TopicKind::ack}) {
    options.subscriptions.push_back(wire::topic_of(identity_.device, kind));
  }
  options.subscriptions.emplace_back(wire::kNudgeTopic);
  net::MqttSession::Callbacks callbacks;
  callbacks.online = [this] {
    loop_.post([this] {
      online_ = true;
      attempts_ = 0;
      ++counters_.connects;
      report();
    });
  };
  callbacks.offline = [this](const std::string&) { loop_.post([this] { reconnect(); }); };
  callbacks.message = [this](std::string topic, std::vector<uint8_t> payload) {
    loop_.post([this, topic = std::move(topic), payload = std::move(payload)] { message(topic, payload); });
  };
  session_ = WALLE_TRY(net::MqttSession::create(std::move(options), std::move(callbacks)));
  session_->connect();
  return {};
}

void Device::stop() {
  stopping_ = true;
  session_->disconnect(100);
}

void Device::reconnect() {
  online_ = false;
  if (stopping_) return;
  const int64_t pause = 250'000 + random_up_to(std::min<int64_t>(60'000'000, 500'000LL << std::min(attempts_++, 7)));
  connect_timer_.set(pause, [this] { session_->connect(); });
}

void Device::after(int64_t delay_us, std::function<void()> callback) {
  const uint64_t id = next_timer_++;
  auto& timer = timers_[id];
  timer = std::make_unique<net::Loop::Timer>(loop_);
  timer->set(delay_us, [this, id, callback = std::move(callback)] {
    timers_.erase(id);
    callback();
  });
}

void Device::later(const update::TaskRow&, update::Ticket ticket) {
  after(random_up_to(2 * behaviour_.step_us),
        [this, ticket = std::move(ticket)] { agent_->answer(ticket, update::Event::done); });
}

void Device::activate(const update::TaskRow& row, const update::Installed& version, update::Ticket ticket) {
  const bool trial = row.state == update::State::switching;
  later(row, std::move(ticket));
  if (trial) {
    after(3 * behaviour_.step_us + random_up_to(2 * behaviour_.step_us),
          [this, task = row.task, version] { give_verdict(task, version.version, version.counter); });
  }
}

void Device::give_verdict(const std::string& task, const std::string& version, int64_t counter) {
  const bool good = share_of(identity_.device + "/" + task + "/" + version) >= behaviour_.failure_rate;
  update::Detail detail{.reason = good ? "" : "simulated failure", .runs = 3, .failures = good ? 0 : 1};
  agent_->verdict(task, counter, good, std::move(detail));
}

void Device::deactivate(const update::TaskRow& row, update::Ticket ticket) {
  const auto event = row.state == update::State::rolled_back ? update::Event::done : update::Event::skip;
  after(behaviour_.step_us, [this, event, ticket = std::move(ticket)] { agent_->answer(ticket, event); });
}

void Device::collect(const std::vector<update::TaskRow>&, update::Ticket ticket) {
  after(0, [this, ticket = std::move(ticket)] { agent_->answer(ticket, update::Event::done); });
}

void Device::message(const std::string& topic, const std::vector<uint8_t>& payload) {
  if (stopping_) return;
  if (topic == wire::kNudgeTopic) {
    const auto nudge = wire::decode_nudge(payload);
    if (nudge && nudge->epoch > agent_->epoch()) arm_report(random_up_to(nudge->jitter_us));
    return;
  }
  const auto parsed = wire::parse_topic(topic);
  if (!parsed) return;
  if (parsed->kind == wire::TopicKind::offer) return on_offer({payload.begin(), payload.end()});
  const auto ack = wire::decode_ack(payload);
  if (ack) (void)agent_->acknowledge(ack->outcomes);
}

void Device::on_offer(const std::string& json) {
  const auto content = trust_.verify_offer(json);
  const auto offer = content ? wire::offer_from_value(*content) : fail(content.error());
  if (!offer || !reporter_.knows(offer->nonce)) return;
  if (!offer->tasks.empty()) ++counters_.offers;
  if (offer->ask_profile) {
    reporter_.ask_profile();
    arm_report(0);
  }
  (void)agent_->offer(*offer);
  arm();
}

void Device::report() {
  if (!online_ || stopping_) return;
  const auto bytes = reporter_.next(*agent_);
  if (bytes) (void)session_->publish(wire::topic_of(identity_.device, wire::TopicKind::report), *bytes);
  arm_report(behaviour_.report_us - random_up_to(behaviour_.report_us / 10));
}

void Device::arm_report(int64_t delay_us) {
  report_timer_.set(delay_us, [this] { report(); });
}

void Device::arm() {
  const int64_t wake = agent_->next_wake_us();
  if (wake == INT64_MAX) return agent_timer_.stop();
  agent_timer_.set(std::max<int64_t>(wake - system_clock().monotonic_us(), 1000), [this] {
    agent_->tick();
    arm();
  });
}

}  // namespace walle::fleet
