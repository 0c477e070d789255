#include "daemon/net/walled_link.h"

#include <array>

namespace walle::net {
namespace {

constexpr int64_t kRetryUs = 500'000;
constexpr int64_t kSendUs = 2'000'000;
constexpr size_t kMostFeatures = 4096;

/// Errors that walled will answer again however often it is asked.
bool is_final(ErrorCode code) {
  return code != ErrorCode::unavailable && code != ErrorCode::resource_exhausted &&
         code != ErrorCode::failed_precondition && code != ErrorCode::deadline_exceeded &&
         code != ErrorCode::internal && code != ErrorCode::cancelled;
}

Result<wire::InstalledTask> task_from(const Value& value) {
  wire::InstalledTask out;
  out.task = WALLE_TRY(get_string(value, "task"));
  out.version = WALLE_TRY(get_string(value, "version"));
  out.counter = WALLE_TRY(get_int_or(value, "counter", 0));
  out.state = WALLE_TRY(get_string_or(value, "state", ""));
  return out;
}

Result<wire::Feature> feature_from(const Value& value) {
  wire::Feature out;
  out.id = WALLE_TRY(get_string(value, "id"));
  out.task = WALLE_TRY(get_string(value, "task"));
  out.version = WALLE_TRY(get_string_or(value, "version", ""));
  out.name = WALLE_TRY(get_string(value, "name"));
  out.time_us = WALLE_TRY(get_int(value, "time_us"));
  const Value* bytes = WALLE_TRY(get_member(value, "bytes"));
  if (!bytes->is_binary()) return fail(ErrorCode::invalid_argument, "'bytes' must be bytes");
  out.value = bytes->get_binary();
  return out;
}

}  // namespace

WalledLink::WalledLink(Loop& loop, std::string socket, std::string device, Callbacks callbacks)
    : loop_(loop),
      socket_(std::move(socket)),
      device_(std::move(device)),
      callbacks_(std::move(callbacks)),
      retry_(loop) {}

void WalledLink::start() { connect(); }

void WalledLink::connect() {
  auto channel = channel::Channel::connect(socket_);
  if (!channel) {
    retry_.set(kRetryUs, [this] { connect(); });
    return;
  }
  channel_.emplace(std::move(*channel));
  watch_ = std::make_unique<Loop::Watch>(loop_, channel_->fd(), [this] { ready(); });
  if (!send({{"type", "hello"}, {"version", WALLE_VERSION}, {"device", device_}})) return;
  if (!link_.is_null()) send(link_);
  callbacks_.connection(true);
}

void WalledLink::ready() {
  while (channel_) {
    auto message = channel_->receive(0);
    if (!message && message.error().code == ErrorCode::deadline_exceeded) return;
    if (!message && message.error().code == ErrorCode::data_loss) {
      callbacks_.log("walled: " + message.error().message);
      continue;
    }
    if (!message) return lost(message.error().message);
    if (!*message) return lost("walled has gone");
    handle((*message)->body);
  }
}

void WalledLink::lost(const std::string& why) {
  watch_.reset();
  channel_.reset();
  auto asked = std::move(asked_);
  asked_.clear();
  for (const auto& [id, answer] : asked) answer(update::Event::later, {.reason = why});
  callbacks_.connection(false);
  retry_.set(kRetryUs, [this] { connect(); });
}

bool WalledLink::send(const Value& body) {
  if (!channel_) return false;
  const Status sent = channel_->send(body, {}, kSendUs);
  if (!sent) lost(sent.error().message);
  return sent.has_value();
}

void WalledLink::request(Value body, Answer answer) {
  if (!channel_) return answer(update::Event::later, {.reason = "walled is not connected"});
  const int64_t id = next_id_++;
  body["id"] = id;
  asked_[id] = std::move(answer);
  send(body);  // on failure `lost` has answered
}

void WalledLink::activate(const std::string& task, const update::Installed& version, const std::string& folder,
                          Answer answer) {
  request({{"type", "switch"},
           {"task", task},
           {"version", version.version},
           {"counter", version.counter},
           {"folder", folder},
           {"manifest_sha256", to_hex(version.manifest)}},
          std::move(answer));
}

void WalledLink::deactivate(const std::string& task, Answer answer) {
  request({{"type", "remove"}, {"task", task}}, std::move(answer));
}

void WalledLink::uploaded(const std::vector<std::string>& ids) { send({{"type", "uploaded"}, {"ids", ids}}); }

void WalledLink::cloud_event(const Value& event) { send({{"type", "cloud_event"}, {"event", event}}); }

void WalledLink::link_state(bool online, const std::string& detail) {
  link_ = {{"type", "link"}, {"state", online ? "online" : "offline"}, {"detail", detail}};
  send(link_);
}

void WalledLink::handle(const Value& body) {
  struct Row {
    std::string_view type;
    void (WalledLink::*handle)(const Value&);
  };
  static constexpr std::array<Row, 4> kTypes = {{{"profile", &WalledLink::on_profile},
                                                 {"switched", &WalledLink::on_switched},
                                                 {"probation", &WalledLink::on_probation},
                                                 {"features", &WalledLink::on_features}}};
  const auto type = get_string(body, "type");
  for (const Row& row : kTypes) {
    if (type && row.type == *type) return (this->*row.handle)(body);
  }
  callbacks_.log("walled: a message of an unknown type was ignored");
}

void WalledLink::on_profile(const Value& body) {
  std::vector<wire::InstalledTask> tasks;
  const auto list = get_list(body, "tasks");
  if (list) {
    for (const Value& item : **list) {
      if (auto task = task_from(item)) tasks.push_back(std::move(*task));
    }
  }
  const auto device = get_map(body, "device");
  callbacks_.profile(device ? **device : Value::object(), std::move(tasks));
}

void WalledLink::on_switched(const Value& body) {
  const auto id = get_int(body, "id");
  const auto asked = id ? asked_.find(*id) : asked_.end();
  if (asked == asked_.end()) return;
  const Answer answer = std::move(asked->second);
  asked_.erase(asked);
  if (get_bool_or(body, "ok", false).value_or(false)) return answer(update::Event::done, {});
  const auto error = get_map(body, "error");
  const std::string code = error ? get_string_or(**error, "code", "").value_or("") : "";
  const std::string message = error ? get_string_or(**error, "message", "").value_or("") : "";
  const bool refused = is_final(error_code_from(code));
  answer(refused ? update::Event::refused : update::Event::later, {.reason = "walled: " + message});
}

void WalledLink::on_probation(const Value& body) {
  const auto task = get_string(body, "task");
  const auto counter = get_int(body, "counter");
  const auto outcome = get_string(body, "outcome");
  if (!task || !counter || !outcome) return callbacks_.log("walled: a verdict without task, counter or outcome");
  update::Detail detail{.reason = get_string_or(body, "reason", "").value_or(""),
                        .runs = get_int_or(body, "runs", 0).value_or(0),
                        .failures = get_int_or(body, "failures", 0).value_or(0)};
  const bool good = *outcome == "good" || *outcome == "active";
  callbacks_.verdict(*task, *counter, good, std::move(detail));
}

void WalledLink::on_features(const Value& body) {
  const auto items = get_list(body, "items");
  if (!items || (*items)->size() > kMostFeatures) return callbacks_.log("walled: a malformed list of features");
  std::vector<wire::Feature> features;
  for (const Value& item : **items) {
    auto feature = feature_from(item);
    if (feature) features.push_back(std::move(*feature));
    if (!feature) callbacks_.log("walled: a feature was dropped: " + feature.error().message);
  }
  callbacks_.features(std::move(features));
}

}  // namespace walle::net
