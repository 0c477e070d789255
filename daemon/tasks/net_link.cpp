#include "daemon/tasks/net_link.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace walle::daemon {
namespace {

constexpr size_t kBatchBytes = 256U << 10;
constexpr size_t kInFlight = 512;

}  // namespace

NetLink::NetLink(Loop& loop, Journal& journal, Registry& registry, Pipeline& pipeline, streamd::Spool& spool,
                 NetOptions options)
    : loop_(loop),
      journal_(journal),
      registry_(registry),
      pipeline_(pipeline),
      spool_(spool),
      options_(std::move(options)) {}

Status NetLink::listen() {
  listener_ = WALLE_TRY(channel::listen(options_.socket));
  watch_ = WALLE_TRY(loop_.watch(listener_.get(), [this] { accept(); }));
  return {};
}

/// The newest connection is the one that counts: an older one is a netd that has died, or is about to.
void NetLink::accept() {
  UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
  const int64_t number = ++connection_;
  auto port = ChannelPort::create(loop_, channel::Channel(std::move(socket)),
                                  {.received = [this](channel::Message message) { received(std::move(message)); },
                                   .refused = [this](const Error& e) { journal_.warning("net: " + e.message); },
                                   .gone = [this, number] { loop_.post([this, number] { gone(number); }); }});
  if (!port) return journal_.error("net: " + port.error().message);
  port_ = std::move(*port);
  greeted_ = false;
  sent_position_ = 0;
  in_flight_.clear();
  journal_.info("walle-netd connected, pid " + std::to_string(peer.pid));
}

void NetLink::gone(int64_t connection) {
  // A new connection may have taken the place of the one that ended.
  if (connection != connection_) return;
  port_.reset();
  set_state("none", "walle-netd is not connected");
}

void NetLink::received(channel::Message message) {
  struct Row {
    std::string_view type;
    void (NetLink::*handle)(const Value&);
  };
  static constexpr std::array<Row, 6> kTypes{{{"hello", &NetLink::on_hello},
                                              {"switch", &NetLink::on_switch},
                                              {"remove", &NetLink::on_remove},
                                              {"uploaded", &NetLink::on_uploaded},
                                              {"cloud_event", &NetLink::on_event},
                                              {"link", &NetLink::on_link}}};
  const auto type = get_string(message.body, "type");
  for (const Row& row : kTypes)
    if (type && row.type == *type) return (this->*row.handle)(message.body);
  journal_.warning("net: a message of an unknown type was ignored");
}

void NetLink::send(Value body) {
  if (port_ == nullptr) return;
  if (auto sent = port_->send(std::move(body)); !sent) journal_.warning("net: " + sent.error().message);
}

void NetLink::set_state(std::string state, std::string detail) {
  if (state == state_ && detail == detail_) return;
  state_ = std::move(state);
  detail_ = std::move(detail);
  if (changed) changed();
}

void NetLink::on_hello(const Value&) {
  greeted_ = true;
  if (state_ == "none") set_state("offline", "walle-netd has not reached the cloud yet");
  send_profile();
  // Verdicts may have fallen while nobody listened; telling them twice is harmless.
  if (const auto versions = registry_.ledger().versions())
    for (const VersionRow& row : *versions)
      if (row.source == "release") send_verdict(row);
  send_features();
}

void NetLink::send_profile() {
  if (!greeted_) return;
  Value tasks = Value::array();
  for (const auto& [task, installed] : registry_.tasks())
    tasks.push_back({{"task", task},
                     {"version", installed.row.key.version},
                     {"counter", installed.row.key.counter},
                     {"manifest", installed.row.manifest},
                     {"state", name_of(installed.row.state)}});
  send({{"type", "profile"}, {"device", options_.device}, {"tasks", tasks}});
}

void NetLink::send_verdict(const VersionRow& row) {
  if (!greeted_ || row.state == VersionState::probation) return;
  send({{"type", "probation"},
        {"task", row.key.task},
        {"version", row.key.version},
        {"counter", row.key.counter},
        {"outcome", name_of(row.state)},
        {"reason", row.reason},
        {"runs", row.runs},
        {"failures", row.failures}});
}

void NetLink::send_features() {
  while (greeted_ && port_ != nullptr && in_flight_.size() < kInFlight) {
    auto batch = spool_.next(kBatchBytes, kInFlight - in_flight_.size(), sent_position_);
    if (!batch) return journal_.error("tunnel spool: " + batch.error().message);
    if (batch->features.empty()) return;
    Value items = Value::array();
    for (wire::Feature& feature : batch->features) {
      in_flight_.insert(feature.id);
      items.push_back({{"id", feature.id},
                       {"task", feature.task},
                       {"version", feature.version},
                       {"name", feature.name},
                       {"time_us", feature.time_us},
                       {"bytes", Value::binary(std::move(feature.value))}});
    }
    sent_position_ = batch->position;
    send({{"type", "features"}, {"items", std::move(items)}});
  }
}

void NetLink::answer(const Value& id, const Status& status) {
  Value body{{"type", "switched"}, {"id", id}, {"ok", status.has_value()}};
  if (!status) body["error"] = {{"code", name_of(status.error().code)}, {"message", status.error().message}};
  send(std::move(body));
}

void NetLink::on_switch(const Value& message) {
  const Value id = message.contains("id") ? message["id"] : Value();
  const auto read = [&]() -> Result<ReleaseRequest> {
    ReleaseRequest asked;
    asked.task = WALLE_TRY(get_string(message, "task"));
    asked.version = WALLE_TRY(get_string(message, "version"));
    asked.counter = WALLE_TRY(get_int(message, "counter"));
    asked.folder = WALLE_TRY(get_string(message, "folder"));
    asked.manifest = WALLE_TRY(get_string(message, "manifest_sha256"));
    asked.root = options_.root;
    asked.device = get_string_or(options_.device, "id", "").value_or("");
    return asked;
  };
  const auto request = read();
  if (!request) return answer(id, fail(request.error()));
  const Installed* installed = registry_.find(request->task);
  if (installed != nullptr && installed->row.key == VersionKey{request->task, request->version, request->counter})
    return answer(id, {});  // netd asks again after a crash of either side
  auto staged = std::make_shared<Result<Staged>>(fail(ErrorCode::internal, "not staged"));
  loop_.work(
      [staged, folders = registry_.folders(), request = *request] { *staged = stage_release(folders, request); },
      [this, staged, id, request = *request] {
        if (!*staged) {
          journal_.error("release " + request.task + " " + request.version + " refused: " + staged->error().message);
          return answer(id, fail(staged->error()));
        }
        const auto active = registry_.activate(**staged, request.counter, "release", request.manifest, true);
        answer(id, active ? Status() : fail(active.error()));
      });
}

void NetLink::on_remove(const Value& message) {
  const Value id = message.contains("id") ? message["id"] : Value();
  const auto task = get_string(message, "task");
  if (!task) return answer(id, fail(task.error()));
  auto removed = registry_.remove(*task, "the release table no longer has it");
  if (!removed && removed.error().code == ErrorCode::not_found) removed = Status();
  answer(id, removed);
}

void NetLink::on_uploaded(const Value& message) {
  const auto list = get_list(message, "ids");
  if (!list) return;
  std::vector<std::string> ids;
  for (const Value& id : **list)
    if (id.is_string()) ids.push_back(id.get<std::string>());
  if (auto done = spool_.acknowledge(ids); !done) return journal_.error("tunnel spool: " + done.error().message);
  for (const std::string& id : ids) in_flight_.erase(id);
  send_features();
}

void NetLink::on_event(const Value& message) {
  const auto member = get_map(message, "event");
  auto event = member ? wire::event_from_value(**member) : fail(member.error());
  if (!event) return journal_.warning("net: an event from the cloud was refused: " + event.error().message);
  std::vector<streamd::NewEvent> events;
  events.push_back({std::move(*event), get_string_or(message, "uid", "").value_or("")});
  if (auto accepted = pipeline_.accept(std::move(events)); !accepted)
    journal_.error("net: an event from the cloud was not accepted: " + accepted.error().message);
}

void NetLink::on_link(const Value& message) {
  const bool online = get_string_or(message, "state", "").value_or("") == "online";
  set_state(online ? "online" : "offline", get_string_or(message, "detail", "").value_or(""));
}

}  // namespace walle::daemon
