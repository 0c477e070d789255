#include "daemon/net/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <functional>

#include "ipc/bundle/toml_guard.h"
#include "libwalle/base/parse.h"

namespace walle::net {
namespace {

using Setter = std::function<Status(const toml::node&)>;
using Setters = std::map<std::string, Setter>;

tl::unexpected<Error> wrong(const toml::node& node, std::string_view key, std::string_view rule) {
  return fail(ErrorCode::invalid_argument, "'" + std::string(key) + "' " + std::string(rule) + " (line " +
                                               std::to_string(node.source().begin.line) + ")");
}

Setter text(std::string& out, std::string key) {
  return [&out, key = std::move(key)](const toml::node& node) -> Status {
    const auto value = node.value_exact<std::string>();
    if (!value) return wrong(node, key, "must be a string");
    out = *value;
    return {};
  };
}

Setter measure(int64_t& out, std::string key, Result<int64_t> (*parse)(std::string_view)) {
  return [&out, key = std::move(key), parse](const toml::node& node) -> Status {
    const auto value = node.value_exact<std::string>();
    const auto parsed = parse(value.value_or(""));
    if (!parsed) return wrong(node, key, parsed.error().message);
    out = *parsed;
    return {};
  };
}

Setter texts(std::vector<std::string>& out, std::string key) {
  return [&out, key = std::move(key)](const toml::node& node) -> Status {
    if (!node.is_array() || node.as_array()->size() > 16) return wrong(node, key, "must be a list of at most 16");
    for (const toml::node& item : *node.as_array()) {
      const auto value = item.value_exact<std::string>();
      if (!value) return wrong(item, key, "must hold strings");
      out.push_back(*value);
    }
    return {};
  };
}

Setter labels(std::map<std::string, std::string>& out) {
  return [&out](const toml::node& node) -> Status {
    if (!node.is_table() || node.as_table()->size() > 64) return wrong(node, "labels", "must be a table of at most 64");
    for (const auto& [key, item] : *node.as_table()) {
      const auto value = item.value_exact<std::string>();
      if (!value) return wrong(item, key.str(), "must be a string");
      out[std::string(key.str())] = *value;
    }
    return {};
  };
}

Status apply(const toml::table& table, const std::string& prefix, const Setters& setters) {
  for (const auto& [key, node] : table) {
    const auto it = setters.find(std::string(key.str()));
    if (it != setters.end()) {
      WALLE_TRY(it->second(node));
      continue;
    }
    std::string known;
    for (const auto& [name, setter] : setters) known += (known.empty() ? "" : ", ") + name;
    return wrong(node, prefix + std::string(key.str()), "is unknown; known are " + known);
  }
  return {};
}

Setter section(std::string name, Setters setters) {
  return [name = std::move(name), setters = std::move(setters)](const toml::node& node) -> Status {
    if (!node.is_table()) return wrong(node, name, "must be a table");
    return apply(*node.as_table(), name + ".", setters);
  };
}

}  // namespace

Result<Config> parse_config(std::string_view text_) {
  WALLE_TRY(bundle::check_toml_headers(text_));
  toml::parse_result parsed = toml::parse(text_);
  if (!parsed) {
    return fail(ErrorCode::invalid_argument, std::string(parsed.error().description()) + " (line " +
                                                 std::to_string(parsed.error().source().begin.line) + ")");
  }
  Config out;
  const Setters setters = {
      {"state_dir", text(out.state_folder, "state_dir")},
      {"identity_dir", text(out.identity_folder, "identity_dir")},
      {"socket", text(out.socket, "socket")},
      {"report_interval", measure(out.report_us, "report_interval", parse_duration_us)},
      {"labels", labels(out.labels)},
      {"cloud", section("cloud", {{"mqtt_url", text(out.mqtt_url, "cloud.mqtt_url")},
                                  {"origins", texts(out.origins, "cloud.origins")}})},
      {"limits", section("limits", {{"bandwidth", measure(out.bytes_per_second, "limits.bandwidth", parse_bytes)}})},
      {"enrol", section("enrol", {{"url", text(out.enrol_url, "enrol.url")},
                                  {"token_file", text(out.enrol_token_file, "enrol.token_file")},
                                  {"ca_file", text(out.enrol_ca_file, "enrol.ca_file")},
                                  {"device", text(out.enrol_device, "enrol.device")}})}};
  WALLE_TRY(apply(parsed.table(), "", setters));
  if (out.report_us < 1'000'000) return fail(ErrorCode::invalid_argument, "'report_interval' must be at least 1s");
  return out;
}

}  // namespace walle::net
