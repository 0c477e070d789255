#include "cloud-broker/main/server.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "libwalle/base/clock.h"
#include "libwalle/base/file.h"

namespace walle::broker {
namespace {

constexpr const char* kServiceName = "walle-broker";

/// The admin's token: made at the first start, readable by us alone.
Result<std::string> admin_token(const std::string& state_dir) {
  const std::string path = state_dir + "/admin.token";
  if (!std::filesystem::exists(path)) WALLE_TRY(write_file_atomically(path, pki::random_token() + "\n", 0600));
  std::string token = WALLE_TRY(read_text(path, 4096));
  token.erase(token.find_last_not_of(" \r\n\t") + 1);
  if (token.size() < 16)
    return fail(ErrorCode::failed_precondition, path + " is too short for a token; remove it to get a new one");
  return token;
}

std::vector<std::string> names_of(const core::Config& config) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1", config.public_host};
  if (host[0] != '\0') names.emplace_back(host.data());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string address(const std::string& host, int port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const core::Config& config) {
  std::unique_ptr<Server> server(new Server());
  server->service_ = WALLE_TRY(core::Service::open(config, system_clock()));
  server->sink_ = std::make_unique<tunnel::Sink>(server->service_->store(), system_clock());
  WALLE_TRY(server->write_identities(config));
  WALLE_TRY(server->start_mqtt(config));
  WALLE_TRY(server->start_api(config));
  core::Endpoints endpoints{server->mqtt_url_, config.origins};
  endpoints.origins.push_back((server->https_url_.empty() ? server->http_url_ : server->https_url_) + "/v1");
  server->service_->set_endpoints(std::move(endpoints));
  const Value urls = {{"api", server->http_url_}, {"https", server->https_url_}, {"mqtt", server->mqtt_url_}};
  WALLE_TRY(write_file_atomically(config.state_dir + "/endpoints.json", to_json(urls, 2) + "\n"));
  return server;
}

Status Server::write_identities(const core::Config& config) {
  // New ones at each start: they follow the host's names, and do not expire while someone restarts the broker.
  const std::string keys = config.state_dir + "/keys/";
  const auto server = WALLE_TRY(service_->authority().issue_server(config.public_host, names_of(config)));
  const auto client = WALLE_TRY(service_->authority().issue_client(kServiceName));
  // Not a secret, and what a device needs before it can enrol over HTTPS.
  WALLE_TRY(write_file_atomically(config.state_dir + "/ca.pem", service_->authority().certificate_pem()));
  WALLE_TRY(write_file_atomically(keys + "server.key", server.key_pem, 0600));
  WALLE_TRY(write_file_atomically(keys + "server.crt", server.certificate_pem));
  WALLE_TRY(write_file_atomically(keys + "service.key", client.key_pem, 0600));
  return write_file_atomically(keys + "service.crt", client.certificate_pem);
}

Status Server::start_mqtt(const core::Config& config) {
  const std::string keys = config.state_dir + "/keys/";
  transport::LinkOptions link;
  link.client_id = kServiceName;
  if (config.mqtt_url.empty()) {
    mosquitto_ = WALLE_TRY(transport::Mosquitto::start(
        {config.mosquitto, config.state_dir + "/mosquitto", config.mqtt_listen.host, config.mqtt_listen.port,
         keys + "ca.crt", keys + "server.crt", keys + "server.key", kServiceName}));
    link.url = "ssl://" + address("127.0.0.1", mosquitto_->port());
    link.ca = keys + "ca.crt";
    link.certificate = keys + "service.crt";
    link.key = keys + "service.key";
    mqtt_url_ = "ssl://" + address(config.public_host, mosquitto_->port());
  } else {
    link.url = mqtt_url_ = config.mqtt_url;
    link.ca = config.mqtt_ca;
    link.certificate = config.mqtt_cert;
    link.key = config.mqtt_key;
  }
  dispatcher_ = WALLE_TRY(transport::Dispatcher::open(*service_, *sink_, std::move(link)));
  return {};
}

Status Server::start_api(const core::Config& config) {
  const std::string token = WALLE_TRY(admin_token(config.state_dir));
  const api::Backend backend{*service_, [this] { return counters(); }, &blob_bytes_};
  if (config.http.port >= 0) {
    http_ = WALLE_TRY(api::Server::start(backend, {config.http.host, config.http.port, "", "", token}));
    http_url_ = "http://" + address(config.http.host, http_->port());
  }
  if (config.https.port >= 0) {
    const std::string keys = config.state_dir + "/keys/";
    https_ = WALLE_TRY(api::Server::start(
        backend, {config.https.host, config.https.port, keys + "server.crt", keys + "server.key", token}));
    https_url_ = "https://" + address(config.public_host, https_->port());
  }
  return {};
}

std::map<std::string, double> Server::counters() const {
  const transport::Counters& c = dispatcher_->counters();
  const auto number = [](const std::atomic<int64_t>& count) { return static_cast<double>(count.load()); };
  std::map<std::string, double> out = {
      {"reports_total", number(c.reports)}, {"offers_total", number(c.offers)},
      {"frames_total", number(c.frames)},   {"acks_total", number(c.acks)},
      {"refused_total", number(c.refused)}, {"dropped_total", number(c.dropped)},
      {"nudges_total", number(c.nudges)},   {"mqtt_connected", dispatcher_->connected() ? 1 : 0}};
  out["features_stored_total"] = static_cast<double>(sink_->stored());
  out["features_repeated_total"] = static_cast<double>(sink_->repeated());
  if (mosquitto_ != nullptr) out["mosquitto_restarts_total"] = static_cast<double>(mosquitto_->restarts());
  return out;
}

std::vector<std::string> Server::tick() {
  service_->tick();
  std::vector<std::string> lines = service_->take_notes();
  for (std::string& line : dispatcher_->take_notes()) lines.push_back(std::move(line));
  if (mosquitto_ != nullptr && mosquitto_->restarts() != restarts_seen_) {
    restarts_seen_ = mosquitto_->restarts();
    lines.push_back("mosquitto ended and is started again (" + std::to_string(restarts_seen_) + ")");
  }
  return lines;
}

std::string Server::ready_line() const {
  std::string line = "READY";
  if (!http_url_.empty()) line += " api=" + http_url_;
  if (!https_url_.empty()) line += " https=" + https_url_;
  return line + " mqtt=" + mqtt_url_;
}

}  // namespace walle::broker
