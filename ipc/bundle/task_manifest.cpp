#include "ipc/bundle/task_manifest.h"

#include <sys/stat.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "ipc/bundle/manifest.h"
#include "ipc/bundle/path.h"
#include "ipc/bundle/toml_guard.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::bundle {
namespace {

constexpr size_t kMaxTomlBytes = 256U << 10;
constexpr size_t kMaxItems = 256;
constexpr size_t kMaxConditionBytes = 1024;

tl::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid_argument, "task.toml: " + std::move(message));
}

std::string where(const toml::node& node) { return " (line " + std::to_string(node.source().begin.line) + ")"; }

/// Levenshtein distance.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

/// "did you mean 'memory' or 'time'?": the nearest keys; all of them when none is near.
std::string neighbours(std::string_view key, std::span<const std::string_view> known) {
  std::vector<std::pair<size_t, std::string_view>> ranked;
  for (const std::string_view name : known) ranked.emplace_back(distance(key.substr(0, 64), name), name);
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const bool near = ranked.front().first <= std::max<size_t>(2, key.size() / 2);
  std::string out = near ? "did you mean " : "known are ";
  const size_t count = near ? std::min<size_t>(2, ranked.size()) : ranked.size();
  for (size_t i = 0; i < count; ++i) {
    if (near && i > 0 && ranked[i].first > ranked[0].first + 1) break;
    if (i > 0) out += near ? " or " : ", ";
    out += "'" + std::string(ranked[i].second) + "'";
  }
  return out + (near ? "?" : "");
}

Status check_keys(const toml::table& table, std::string_view section, std::span<const std::string_view> known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const std::string prefix = section.empty() ? "" : std::string(section) + ".";
    return wrong("unknown key '" + prefix + std::string(key.str().substr(0, 64)) + "'" + where(node) + ", " +
                 neighbours(key.str(), known));
  }
  return {};
}

/// Reads members of one table; the first error stays.
class Reader {
 public:
  Reader(const toml::table& table, std::string section) : table_(table), section_(std::move(section)) {}

  Status text(std::string_view key, std::string& out) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) return bad(*node, key, "must be a string");
    out = *value;
    return {};
  }
  Status texts(std::string_view key, std::vector<std::string>& out) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const toml::array* list = node->as_array();
    if (list == nullptr) return bad(*node, key, "must be a list of strings");
    if (list->size() > kMaxItems) return bad(*node, key, "has more than 256 items");
    for (const toml::node& item : *list) {
      const auto value = item.value_exact<std::string>();
      if (!value) return bad(item, key, "must be a list of strings");
      out.push_back(*value);
    }
    return {};
  }
  Status count(std::string_view key, int64_t& out) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<int64_t>();
    if (!value || *value < 0 || *value > 1'000'000'000)
      return bad(*node, key, "must be an integer from 0 to 1000000000");
    out = *value;
    return {};
  }
  Status measure(std::string_view key, int64_t& out, Result<int64_t> (*parse)(std::string_view)) const {
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) return bad(*node, key, "must be a string with a unit");
    const auto parsed = parse(*value);
    if (!parsed) return bad(*node, key, parsed.error().message);
    if (*parsed <= 0) return bad(*node, key, "must be more than 0");
    out = *parsed;
    return {};
  }
  tl::unexpected<Error> bad(const toml::node& node, std::string_view key, std::string_view rule) const {
    const std::string prefix = section_.empty() ? "" : section_ + ".";
    return wrong("'" + prefix + std::string(key) + "' " + std::string(rule) + where(node));
  }

 private:
  const toml::table& table_;
  std::string section_;
};

/// The table `key`, an empty one if absent, nullptr if it is something else.
const toml::table* section(const toml::table& root, std::string_view key) {
  static const toml::table kEmpty;
  const toml::node* node = root.get(key);
  return node == nullptr ? &kEmpty : node->as_table();
}

Status check_pattern(std::string_view key, const std::string& pattern) {
  std::string plain = pattern;
  for (char& c : plain) {
    if (c == '*' || c == '?') c = 'x';
  }
  const Status checked = check_path(plain);
  return checked ? Status() : wrong("'files." + std::string(key) + "': " + checked.error().message);
}

Status read_head(const toml::table& root, TaskManifest& out) {
  const Reader reader(root, "");
  WALLE_TRY(reader.text("name", out.name));
  WALLE_TRY(reader.text("version", out.version));
  WALLE_TRY(reader.text("entry", out.entry));
  WALLE_TRY(reader.texts("on", out.on));
  std::string side = "device";
  WALLE_TRY(reader.text("side", side));
  if (side != "device" && side != "cloud")
    return reader.bad(*root.get("side"), "side", "must be \"device\" or \"cloud\"");
  out.side = side == "device" ? Side::device : Side::cloud;
  if (out.name.empty()) return wrong("'name' is missing");
  if (!is_name(out.name)) return reader.bad(*root.get("name"), "name", "must match [a-z][a-z0-9_-]{0,63}");
  if (out.version.empty()) return wrong("'version' is missing");
  if (!is_version(out.version)) return reader.bad(*root.get("version"), "version", "must be MAJOR.MINOR.PATCH");
  const Status entry = check_path(out.entry);
  if (!entry) return wrong("'entry': " + entry.error().message);
  if (!out.entry.ends_with(".py")) return reader.bad(*root.get("entry"), "entry", "must be a .py file");
  for (const std::string& condition : out.on) {
    if (condition.empty() || condition.size() > kMaxConditionBytes) {
      return reader.bad(*root.get("on"), "on", "has a condition that is empty or longer than 1024 bytes");
    }
  }
  return {};
}

Status read_models(const toml::table& table, TaskManifest& out) {
  const Reader reader(table, "models");
  if (table.size() > kMaxItems) return wrong("'models' has more than 256 items");
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (!is_name(name)) return reader.bad(node, name.substr(0, 64), "is not a name: [a-z][a-z0-9_-]{0,63}");
    std::string path;
    WALLE_TRY(reader.text(name, path));
    const Status checked = check_path(path);
    if (!checked) return reader.bad(node, name, checked.error().message);
    if (!path.ends_with(".onnx") && !path.ends_with(".tflite") && !path.ends_with(".walle")) {
      return reader.bad(node, name, "must be a .onnx, .tflite or .walle file");
    }
    out.models[name] = path;
  }
  return {};
}

Status read_files(const toml::table& table, TaskManifest& out) {
  static constexpr std::array<std::string_view, 2> kKnown = {"shared", "exclusive"};
  WALLE_TRY(check_keys(table, "files", kKnown));
  const Reader reader(table, "files");
  WALLE_TRY(reader.texts("shared", out.shared_files));
  WALLE_TRY(reader.texts("exclusive", out.exclusive_files));
  for (const std::string& pattern : out.shared_files) WALLE_TRY(check_pattern("shared", pattern));
  for (const std::string& pattern : out.exclusive_files) {
    WALLE_TRY(check_pattern("exclusive", pattern));
    if (pattern.find("${device.id}") == std::string::npos) {
      return reader.bad(*table.get("exclusive"), "exclusive", "must hold ${device.id} in each pattern");
    }
  }
  return {};
}

Status read_limits(const toml::table& table, TaskLimits& out) {
  static constexpr std::array<std::string_view, 3> kKnown = {"time", "memory", "data"};
  WALLE_TRY(check_keys(table, "limits", kKnown));
  const Reader reader(table, "limits");
  WALLE_TRY(reader.measure("time", out.time_us, parse_duration_us));
  WALLE_TRY(reader.measure("memory", out.memory_bytes, parse_bytes));
  return reader.measure("data", out.data_bytes, parse_bytes);
}

Status read_permissions(const toml::table& table, TaskPermissions& out) {
  static constexpr std::array<std::string_view, 3> kKnown = {"tunnel", "store", "isolation"};
  WALLE_TRY(check_keys(table, "permissions", kKnown));
  const Reader reader(table, "permissions");
  WALLE_TRY(reader.texts("tunnel", out.tunnel));
  WALLE_TRY(reader.texts("store", out.store));
  for (const auto* names : {&out.tunnel, &out.store}) {
    const std::string_view key = names == &out.tunnel ? "tunnel" : "store";
    for (const std::string& name : *names) {
      if (!is_name(name))
        return reader.bad(*table.get(key), key, "holds something that is no name: [a-z][a-z0-9_-]{0,63}");
    }
  }
  std::string isolation = "shared";
  WALLE_TRY(reader.text("isolation", isolation));
  if (isolation != "shared" && isolation != "process") {
    return reader.bad(*table.get("isolation"), "isolation", "must be \"shared\" or \"process\"");
  }
  out.isolation = isolation == "shared" ? Isolation::shared : Isolation::process;
  return {};
}

Status read_probation(const toml::table& table, Probation& out) {
  static constexpr std::array<std::string_view, 3> kKnown = {"runs", "failures", "within"};
  WALLE_TRY(check_keys(table, "probation", kKnown));
  const Reader reader(table, "probation");
  WALLE_TRY(reader.count("runs", out.runs));
  WALLE_TRY(reader.count("failures", out.failures));
  return reader.measure("within", out.within_us, parse_duration_us);
}

Status read_sections(const toml::table& root, TaskManifest& out) {
  for (const std::string_view name : {"models", "files", "limits", "permissions", "probation"}) {
    const toml::table* table = section(root, name);
    if (table == nullptr)
      return Reader(root, "").bad(*root.get(name), name, "must be a table: [" + std::string(name) + "]");
  }
  WALLE_TRY(read_models(*section(root, "models"), out));
  WALLE_TRY(read_files(*section(root, "files"), out));
  WALLE_TRY(read_limits(*section(root, "limits"), out.limits));
  WALLE_TRY(read_permissions(*section(root, "permissions"), out.permissions));
  return read_probation(*section(root, "probation"), out.probation);
}

/// toml++ recurses into nested values (bounded by itself) but not over these bounds of ours.
Result<toml::table> parse_toml(std::string_view text) {
  if (text.size() > kMaxTomlBytes) return fail(ErrorCode::resource_exhausted, "task.toml is over 256 KiB");
  const Status headers = check_toml_headers(text);
  if (!headers) return wrong(headers.error().message);
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return wrong(std::string(parsed.error().description()) + " (line " +
                 std::to_string(parsed.error().source().begin.line) + ")");
  }
  return std::move(parsed).table();
}

Status check_file(const std::string& folder, const std::string& path, std::string_view key) {
  struct stat info {};
  if (::lstat((folder + "/" + path).c_str(), &info) == 0 && S_ISREG(info.st_mode)) return {};
  return wrong("'" + std::string(key) + "' names '" + path + "', which is not a file in '" + folder + "'");
}

}  // namespace

Result<TaskManifest> parse_task_manifest(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kKnown = {
      "name", "version", "entry", "side", "on", "models", "files", "limits", "permissions", "probation"};
  const toml::table root = WALLE_TRY(parse_toml(text));
  WALLE_TRY(check_keys(root, "", kKnown));
  TaskManifest out;
  WALLE_TRY(read_head(root, out));
  WALLE_TRY(read_sections(root, out));
  return out;
}

Result<TaskManifest> read_task_folder(const std::string& folder) {
  const std::string text = WALLE_TRY(read_text(folder + "/task.toml", kMaxTomlBytes));
  TaskManifest out = WALLE_TRY(parse_task_manifest(text));
  WALLE_TRY(check_file(folder, out.entry, "entry"));
  for (const auto& [name, path] : out.models) WALLE_TRY(check_file(folder, path, "models." + name));
  return out;
}

}  // namespace walle::bundle
