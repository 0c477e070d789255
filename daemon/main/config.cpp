#include "daemon/main/config.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>

// As everywhere in the tree: two ways to build toml++ in one program break it.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "ipc/bundle/toml_guard.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::daemon {
namespace {

constexpr size_t kFileBytes = 1U << 20;
constexpr size_t kDropIns = 64;

/// One known key: how its value gets into the configuration.
using Setter = std::function<Status(Config&, const toml::node&)>;
using Keys = std::map<std::string, Setter, std::less<>>;

tl::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

Setter text(std::string Config::*member) {
  return [member](Config& config, const toml::node& node) -> Status {
    const auto value = node.value<std::string>();
    if (!node.is_string() || !value) return wrong("has to be text");
    config.*member = *value;
    return {};
  };
}

Setter measure(int64_t Config::*member, Result<int64_t> (*parse)(std::string_view)) {
  return [member, parse](Config& config, const toml::node& node) -> Status {
    const auto value = node.value<std::string>();
    if (!node.is_string() || !value) return wrong("has to be text with a unit, as \"64M\" or \"5s\"");
    config.*member = WALLE_TRY(parse(*value));
    return {};
  };
}

Status set_level(Config& config, const toml::node& node) {
  const auto value = node.value<std::string>();
  if (!value || (name_of(level_from(*value)) != *value)) return wrong("has to be debug, info, warning or error");
  config.log_level = level_from(*value);
  return {};
}

Status set_admins(Config& config, const toml::node& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return wrong("has to be a list of user names");
  config.admin_users.clear();
  for (const toml::node& entry : *list) {
    const auto name = entry.value<std::string>();
    if (!name) return wrong("has to be a list of user names");
    config.admin_users.push_back(*name);
  }
  return {};
}

Status set_labels(Config& config, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (table == nullptr) return wrong("has to be a table");
  for (const auto& [key, value] : *table) {
    if (value.is_string()) {
      config.labels[std::string(key.str())] = *value.value<std::string>();
    } else if (value.is_integer()) {
      config.labels[std::string(key.str())] = *value.value<int64_t>();
    } else if (value.is_boolean()) {
      config.labels[std::string(key.str())] = *value.value<bool>();
    } else {
      return wrong("labels are texts, whole numbers or booleans");
    }
  }
  return {};
}

/// Keys by section; "" is the top.
const std::map<std::string, Keys, std::less<>>& sections() {
  static const std::map<std::string, Keys, std::less<>> kSections{
      {"",
       {{"state_dir", text(&Config::state_dir)},
        {"runtime_dir", text(&Config::runtime_dir)},
        {"bus", text(&Config::bus)},
        {"vmd", text(&Config::vmd)},
        {"stdlib", text(&Config::stdlib)},
        {"admin_users", set_admins},
        {"log_level", set_level}}},
      {"device", {{"id", text(&Config::device_id)}, {"labels", set_labels}}},
      {"trust", {{"root", text(&Config::trust_root)}}},
      {"events", {{"lateness", measure(&Config::lateness_us, parse_duration_us)}}},
      {"limits",
       {{"time", measure(&Config::max_time_us, parse_duration_us)},
        {"memory", measure(&Config::max_memory_bytes, parse_bytes)},
        {"age", measure(&Config::log_age_us, parse_duration_us)},
        {"events", measure(&Config::log_bytes, parse_bytes)},
        {"rows", measure(&Config::store_bytes, parse_bytes)},
        {"features", measure(&Config::spool_bytes, parse_bytes)}}},
  };
  return kSections;
}

std::string known_keys(const Keys& keys, bool top) {
  std::string names;
  for (const auto& [name, setter] : keys) names += (names.empty() ? "" : ", ") + name;
  if (top)
    for (const auto& [name, section] : sections())
      if (!name.empty()) names += ", [" + name + "]";
  return names;
}

std::string at(const std::string& source, const toml::node& node) {
  return source + ", line " + std::to_string(node.source().begin.line) + ": ";
}

Status apply_section(Config& config, const std::string& section, const toml::table& table, const std::string& source) {
  const Keys& keys = sections().at(section);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (section.empty() && node.is_table() && sections().contains(name)) {
      WALLE_TRY(apply_section(config, name, *node.as_table(), source));
      continue;
    }
    const std::string full = section.empty() ? name : section + "." + name;
    const auto setter = keys.find(name);
    if (setter == keys.end())
      return wrong(at(source, node) + "unknown key '" + full + "'; known are " + known_keys(keys, section.empty()));
    if (auto set = setter->second(config, node); !set)
      return wrong(at(source, node) + full + " " + set.error().message);
  }
  return {};
}

}  // namespace

Status apply_config(Config& config, std::string_view toml, const std::string& source) {
  WALLE_TRY(bundle::check_toml_headers(toml));
  const toml::parse_result parsed = toml::parse(toml);
  if (parsed) return apply_section(config, "", parsed.table(), source);
  return wrong(source + ", line " + std::to_string(parsed.error().source().begin.line) + ": " +
               std::string(parsed.error().description()));
}

Result<Config> read_config(const std::string& file, bool required) {
  Config config;
  const auto main = read_text(file, kFileBytes);
  if (main) {
    WALLE_TRY(apply_config(config, *main, file));
  } else if (required || main.error().code != ErrorCode::not_found) {
    return fail(main.error().with("configuration"));
  }
  std::vector<std::string> drop_ins;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(file + ".d", error))
    if (entry.path().extension() == ".toml") drop_ins.push_back(entry.path().string());
  std::sort(drop_ins.begin(), drop_ins.end());
  if (drop_ins.size() > kDropIns) return wrong(file + ".d has more than 64 files");
  for (const std::string& drop_in : drop_ins) {
    const std::string toml = WALLE_TRY(read_text(drop_in, kFileBytes));
    WALLE_TRY(apply_config(config, toml, drop_in));
  }
  return config;
}

}  // namespace walle::daemon
