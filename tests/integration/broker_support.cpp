#include "tests/integration/broker_support.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include <httplib.h>
#include <mqtt/async_client.h>

#include "cloud-broker/pki/authority.h"
#include "cloud-broker/process/process.h"
#include "ipc/bundle/manifest.h"
#include "ipc/wire/topics.h"
#include "libwalle/base/clock.h"
#include "libwalle/base/file.h"

namespace walle::test {
namespace {

using namespace std::chrono_literals;

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

BrokerProcess::Reply reply_of(const httplib::Result& result) {
  if (!result) return {};
  auto json = parse_json(result->body);
  return {result->status, result->body, json ? std::move(*json) : Value(nullptr)};
}

std::string program(const std::string& name) { return std::string(WALLE_BINARY_DIR) + "/bin/" + name; }

}  // namespace

void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

BrokerProcess::BrokerProcess(const std::string& folder)
    : folder_(folder), http_port_(free_port()), https_port_(free_port()), mqtt_port_(free_port()) {
  const auto at = [](int port) { return "\"127.0.0.1:" + std::to_string(port) + "\"\n"; };
  const Status written =
      write_file_atomically(folder_ + "/broker.toml", "[api]\nhttp = " + at(http_port_) + "https = " + at(https_port_) +
                                                          "[mqtt]\nlisten = " + at(mqtt_port_));
  if (!written) std::abort();
}

BrokerProcess::~BrokerProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

bool BrokerProcess::start() {
  const std::string out = folder_ + "/out.txt";
  const std::string err = folder_ + "/err.txt";
  std::filesystem::remove(out);
  const std::string binary = program("walle-broker");
  const std::string config = folder_ + "/broker.toml";
  const std::string state_dir = state();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600), 1);
    ::dup2(::open(err.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600), 2);
    ::execl(binary.c_str(), binary.c_str(), "--config", config.c_str(), "--state-dir", state_dir.c_str(), nullptr);
    ::_exit(127);
  }
  const bool ready = eventually([&] { return read_text(out).value_or("").starts_with("READY "); }, 20);
  api_ = "http://127.0.0.1:" + std::to_string(http_port_);
  token_ = read_text(state() + "/admin.token").value_or("");
  token_.erase(token_.find_last_not_of('\n') + 1);
  return ready;
}

void BrokerProcess::kill_hard() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void BrokerProcess::kill_mosquitto() const {
  const auto found = process::run({"pkill", "-KILL", "-P", std::to_string(pid_), "mosquitto"});
  if (!found) std::abort();
}

BrokerProcess::Reply BrokerProcess::get(const std::string& path, bool admin) const {
  httplib::Client client(api_);
  return reply_of(
      client.Get(path, admin ? httplib::Headers{{"Authorization", "Bearer " + token_}} : httplib::Headers{}));
}

BrokerProcess::Reply BrokerProcess::post(const std::string& path, const Value& body, const std::string& key) const {
  httplib::Client client(api_);
  client.set_read_timeout(60);
  httplib::Headers headers = {{"Authorization", "Bearer " + token_}};
  if (!key.empty()) headers.emplace("Idempotency-Key", key);
  return reply_of(client.Post(path, headers, to_json(body), "application/json"));
}

BrokerProcess::Reply BrokerProcess::range(const std::string& path, int64_t from, int64_t to) const {
  httplib::Client client(api_);
  return reply_of(client.Get(path, {httplib::make_range_header({{from, to}})}));
}

Scenario::Scenario(const std::string& folder, const std::string& state) : folder_(folder), path_(folder + "/library") {
  std::filesystem::create_directories(path_ + "/ocr");
  std::filesystem::create_directories(state);
  const auto made = process::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder_ + "/author"});
  const auto key = read_text(folder_ + "/author.pub");
  if (!made || !key || !write_file_atomically(state + "/allowed_signers", "author@example " + *key)) std::abort();
  git({"init", "-q"});
}

void Scenario::write(const std::string& file, const std::string& text) const {
  std::filesystem::create_directories(std::filesystem::path(path_ + "/" + file).parent_path());
  if (!write_file_atomically(path_ + "/" + file, text)) std::abort();
}

int Scenario::git(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {"git",
                                      "-c",
                                      "user.name=Author",
                                      "-c",
                                      "user.email=author@example",
                                      "-c",
                                      "gpg.format=ssh",
                                      "-c",
                                      "user.signingkey=" + folder_ + "/author",
                                      "-C",
                                      path_};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto outcome = process::run(command);
  return outcome ? outcome->exit_code : -1;
}

void Scenario::tag(const std::string& version, bool sign) {
  write("ocr/task.toml", "name = \"ocr\"\nversion = \"" + version + "\"\non = [\"reader.enter\"]\n");
  write("ocr/main.py", "def run(event, ctx):\n    return {\"version\": \"" + version + "\"}\n");
  git({"add", "-A"});
  git({"commit", "-q", "-m", version});
  git({"tag", sign ? "-s" : "-a", "ocr/v" + version, "-m", version});
}

struct ScriptedDevice::State {
  const BrokerProcess* broker = nullptr;
  std::string folder;
  std::unique_ptr<mqtt::async_client> client;
  std::optional<bundle::Trust> trust;
  std::deque<std::vector<uint8_t>> offers, acks;
  std::mutex mutex;
  std::vector<wire::Outcome> outbox;
  uint64_t seq = 0, outcome_seq = 0;

  std::optional<std::vector<uint8_t>> pop(std::deque<std::vector<uint8_t>>& from, int seconds) {
    std::optional<std::vector<uint8_t>> out;
    eventually(
        [&] {
          const std::lock_guard lock(mutex);
          if (from.empty()) return false;
          out = std::move(from.front());
          from.pop_front();
          return true;
        },
        seconds);
    return out;
  }
};

ScriptedDevice::ScriptedDevice(const BrokerProcess& broker, std::string device, const std::string& token)
    : name(std::move(device)), state_(std::make_unique<State>()) {
  state_->broker = &broker;
  state_->folder = broker.folder() + "/device-" + name;
  std::filesystem::create_directories(state_->folder);
  const auto request = pki::make_request(name);
  httplib::Client http(broker.api());
  const auto answer =
      http.Post("/v1/enrol", wire::encode_enrol_request({token, request->csr_pem, {}, Value::object(), name}),
                "application/json");
  const auto decoded = wire::decode_enrol_response(answer ? answer->body : "");
  if (!decoded) throw std::runtime_error("enrolment: " + (answer ? answer->body : "no answer"));
  enrolment = *decoded;
  auto trust = bundle::Trust::pin(to_json(enrolment.root));
  if (!trust || !write_file_atomically(state_->folder + "/key.pem", request->key_pem, 0600) ||
      !write_file_atomically(state_->folder + "/cert.pem", enrolment.certificate_pem) ||
      !write_file_atomically(state_->folder + "/ca.pem", enrolment.ca_pem))
    throw std::runtime_error("the root is not trusted");
  state_->trust = std::move(*trust);
}

ScriptedDevice::~ScriptedDevice() {
  if (state_->client) state_->client->disable_callbacks();
}

bool ScriptedDevice::connect(int seconds) {
  return eventually(
      [&] {
        try {
          state_->client = std::make_unique<mqtt::async_client>(enrolment.mqtt_url, name);
          state_->client->set_message_callback([this](mqtt::const_message_ptr message) {
            const auto& payload = message->get_payload();
            const std::lock_guard lock(state_->mutex);
            (message->get_topic().ends_with("/ack") ? state_->acks : state_->offers)
                .emplace_back(payload.begin(), payload.end());
          });
          mqtt::ssl_options ssl;
          ssl.set_trust_store(state_->folder + "/ca.pem");
          ssl.set_key_store(state_->folder + "/cert.pem");
          ssl.set_private_key(state_->folder + "/key.pem");
          ssl.set_verify(true);
          mqtt::connect_options options;
          options.set_clean_session(true);
          options.set_connect_timeout(2);
          options.set_ssl(ssl);
          if (!state_->client->connect(options)->wait_for(3s)) return false;
          return state_->client->subscribe(wire::topic_of(name, wire::TopicKind::offer), 1)->wait_for(3s) &&
                 state_->client->subscribe(wire::topic_of(name, wire::TopicKind::ack), 1)->wait_for(3s);
        } catch (const std::exception&) {
          return false;
        }
      },
      seconds);
}

void ScriptedDevice::report(bool with_profile) {
  wire::Profile profile;
  profile.labels = labels;
  profile.memory_mb = 1024;
  profile.tasks = tasks;
  wire::Report report;
  report.device = name;
  report.boot = "boot";
  report.seq = ++state_->seq;
  report.epoch = epoch;
  report.digest = wire::digest_of(profile);
  if (with_profile) report.profile = profile;
  report.outcomes = state_->outbox;
  const auto bytes = wire::encode_report(report);
  try {
    state_->client->publish(wire::topic_of(name, wire::TopicKind::report), bytes.data(), bytes.size(), 1, false);
  } catch (const std::exception&) {
    // No session: the next report says the same.
  }
}

std::optional<wire::Offer> ScriptedDevice::offer(int seconds) {
  const auto bytes = state_->pop(state_->offers, seconds);
  if (!bytes) return std::nullopt;
  const auto content = state_->trust->verify_offer(std::string(bytes->begin(), bytes->end()));
  if (!content) return std::nullopt;
  auto offer = wire::offer_from_value(*content);
  if (!offer || offer->device != name || offer->epoch < epoch) return std::nullopt;
  epoch = offer->epoch;
  return *offer;
}

std::optional<wire::OfferedTask> ScriptedDevice::wait_for_task(int64_t above_counter, int seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (std::chrono::steady_clock::now() < until) {
    report();
    while (const auto got = offer(1))
      for (const wire::OfferedTask& task : got->tasks)
        if (task.counter > above_counter) return task;
    if (!state_->client->is_connected() && !connect(2)) continue;
  }
  return std::nullopt;
}

std::optional<wire::Ack> ScriptedDevice::ack(int seconds) {
  const auto bytes = state_->pop(state_->acks, seconds);
  if (!bytes) return std::nullopt;
  const auto ack = wire::decode_ack(*bytes);
  if (!ack) return std::nullopt;
  std::erase_if(state_->outbox, [&](const wire::Outcome& outcome) { return outcome.seq <= ack->outcomes; });
  return *ack;
}

std::string ScriptedDevice::fetch(const wire::OfferedTask& task) {
  // Over HTTPS with the broker's CA, as a device does.
  const std::string origin = enrolment.origin_urls.at(0);
  httplib::Client http(origin.substr(0, origin.rfind("/v1")));
  http.set_ca_cert_path((state_->folder + "/ca.pem").c_str());
  const auto get = [&](const std::string& path) {
    const auto answer = http.Get("/v1" + path);
    return answer && answer->status == 200 ? answer->body : std::string();
  };
  bundle::Trust& trust = *state_->trust;
  const int64_t now = system_clock().wall_us();
  for (std::string root = get("/metadata/" + bundle::root_file(trust.root().version + 1)); !root.empty();
       root = get("/metadata/" + bundle::root_file(trust.root().version + 1)))
    if (const Status ok = trust.update_root(root); !ok) return "root: " + ok.error().message;
  if (const Status ok = trust.update_timestamp(get("/metadata/" + bundle::timestamp_file()), now); !ok)
    return "timestamp: " + ok.error().message;
  if (const auto wanted = trust.wanted_snapshot())
    if (const Status ok = trust.update_snapshot(get("/metadata/" + bundle::snapshot_file(wanted->version)), now); !ok)
      return "snapshot: " + ok.error().message;
  if (const auto wanted = trust.wanted_targets(task.scenario))
    if (const Status ok = trust.update_targets(
            task.scenario, get("/metadata/" + bundle::targets_file(task.scenario, wanted->version)), now);
        !ok)
      return "targets: " + ok.error().message;
  const auto target = trust.target(task.scenario, task.task, task.version, now);
  if (!target) return target.error().message;
  if (target->manifest != task.manifest) return "offer and publisher name different manifests";
  const std::string text = get("/blobs/" + to_hex(task.manifest));
  if (sha256(text) != task.manifest) return "the manifest's hash is wrong";
  const auto manifest = bundle::decode_manifest(text);
  if (!manifest) return manifest.error().message;
  for (const bundle::FileEntry& file : manifest->files)
    if (sha256(get("/blobs/" + to_hex(file.sha256))) != file.sha256) return file.path + " does not match its hash";
  return "";
}

void ScriptedDevice::settle(const wire::OfferedTask& task, bool good) {
  std::erase_if(tasks, [&](const wire::InstalledTask& known) { return known.task == task.task; });
  if (task.action != wire::OfferAction::remove)
    tasks.push_back({task.task, task.version, task.counter, good ? "active" : "failed"});
  wire::Outcome outcome;
  outcome.seq = ++state_->outcome_seq;
  outcome.task = task.task;
  outcome.version = task.version;
  outcome.counter = task.counter;
  outcome.result = good ? "committed" : "rolled_back";
  outcome.reason = good ? "" : "probation: 3 of 3 runs failed";
  state_->outbox.push_back(outcome);
}

void ScriptedDevice::send_features(const std::vector<wire::Feature>& features) {
  const auto frame = wire::encode_features(features);
  state_->client->publish(wire::topic_of(name, wire::TopicKind::feature), frame->data(), frame->size(), 1, false)
      ->wait_for(3s);
}

}  // namespace walle::test
