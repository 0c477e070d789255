#include "cloud-broker/core/config.h"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>
#include <map>

// As everywhere in the tree: two ways to build toml++ in one program break it.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "ipc/bundle/toml_guard.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::core {
namespace {

using Setter = std::function<Status(const toml::node&)>;

tl::unexpected<Error> wrong(const toml::node& node, const std::string& what) {
  return fail(ErrorCode::invalid_argument,
              "configuration, line " + std::to_string(node.source().begin.line) + ": " + what);
}

Setter text(std::string& out) {
  return [&out](const toml::node& node) -> Status {
    const auto value = node.value_exact<std::string>();
    if (!value) return wrong(node, "a string is expected");
    out = *value;
    return {};
  };
}

Setter duration(int64_t& out) {
  return [&out](const toml::node& node) -> Status {
    const auto value = node.value_exact<std::string>();
    const auto us = value ? parse_duration_us(*value) : Result<int64_t>(fail(ErrorCode::invalid_argument, ""));
    if (!us) return wrong(node, "a duration such as \"10m\" is expected");
    out = *us;
    return {};
  };
}

Setter endpoint(Endpoint& out) {
  return [&out](const toml::node& node) -> Status {
    const auto value = node.value_exact<std::string>();
    if (value && *value == "off") {
      out.port = -1;
      return {};
    }
    const size_t colon = value ? value->rfind(':') : std::string::npos;
    if (colon == std::string::npos) return wrong(node, "\"HOST:PORT\" or \"off\" is expected");
    const std::string port = value->substr(colon + 1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65535)
      return wrong(node, "the port has to be a number from 0 to 65535");
    out = {value->substr(0, colon), std::stoi(port)};
    return {};
  };
}

Setter list(std::vector<std::string>& out) {
  return [&out](const toml::node& node) -> Status {
    if (!node.is_array()) return wrong(node, "a list of strings is expected");
    for (const toml::node& item : *node.as_array()) {
      const auto value = item.value_exact<std::string>();
      if (!value) return wrong(item, "a list of strings is expected");
      out.push_back(*value);
    }
    return {};
  };
}

std::map<std::string, Setter> setters(Config& config) {
  return {{"server.state_dir", text(config.state_dir)},
          {"server.host", text(config.public_host)},
          {"store.url", text(config.database)},
          {"api.http", endpoint(config.http)},
          {"api.https", endpoint(config.https)},
          {"mqtt.listen", endpoint(config.mqtt_listen)},
          {"mqtt.url", text(config.mqtt_url)},
          {"mqtt.ca", text(config.mqtt_ca)},
          {"mqtt.certificate", text(config.mqtt_cert)},
          {"mqtt.key", text(config.mqtt_key)},
          {"mqtt.program", text(config.mosquitto)},
          {"origin.urls", list(config.origins)},
          {"tasks.allowed_signers", text(config.allowed_signers)},
          {"tasks.simulation_timeout", duration(config.simulation_timeout_us)},
          {"tasks.convert_timeout", duration(config.convert_timeout_us)},
          {"rollout.jitter", duration(config.nudge_jitter_us)}};
}

Status read(const toml::table& root, Config& config) {
  const auto known = setters(config);
  for (const auto& [section, node] : root) {
    if (!node.is_table()) return wrong(node, "'" + std::string(section.str()) + "' has to be a section");
    for (const auto& [key, value] : *node.as_table()) {
      const std::string name = std::string(section.str()) + "." + std::string(key.str());
      const auto setter = known.find(name);
      if (setter == known.end()) {
        std::string names;
        for (const auto& [other, unused] : known) names += " " + other;
        return wrong(value, "unknown key " + name + "; known are" + names);
      }
      WALLE_TRY(setter->second(value));
    }
  }
  return {};
}

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data() : "localhost";
}

}  // namespace

Result<Config> load_config(const std::string& path, const std::string& state_dir) {
  Config config;
  if (!path.empty()) {
    const std::string content = WALLE_TRY(read_text(path));
    WALLE_TRY(bundle::check_toml_headers(content));
    const toml::parse_result root = toml::parse(content);
    if (!root)
      return fail(ErrorCode::invalid_argument, path + ", line " + std::to_string(root.error().source().begin.line) +
                                                   ": " + std::string(root.error().description()));
    WALLE_TRY(read(root.table(), config));
  }
  if (!state_dir.empty()) config.state_dir = std::filesystem::absolute(state_dir).lexically_normal().string();
  if (config.state_dir.empty() || config.state_dir.front() != '/')
    return fail(ErrorCode::invalid_argument, "the state folder has to be an absolute path");
  if (config.database.empty()) config.database = "sqlite://" + config.state_dir + "/broker.db";
  if (config.allowed_signers.empty()) config.allowed_signers = config.state_dir + "/allowed_signers";
  if (config.http.port >= 0 && !is_loopback(config.http.host))
    return fail(ErrorCode::invalid_argument, "api.http is plain text: it may listen on loopback only, use api.https");
  if (config.public_host.empty()) config.public_host = is_loopback(config.https.host) ? "127.0.0.1" : machine_name();
  return config;
}

}  // namespace walle::core
