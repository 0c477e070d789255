#include "daemon/tasks/registry.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "ipc/bundle/manifest.h"
#include "ipc/bundle/path.h"
#include "libwalle/base/file.h"

namespace walle::daemon {

namespace {

constexpr size_t kUnkeptRecords = 1024;

/// The scenario that a released version's own manifest names (its signature was checked before it came here).
std::string scenario_of(const std::string& folder) {
  const auto text = read_text(folder + "/" + std::string(bundle::kOwnFolder) + "/manifest.json", 8U << 20);
  const auto manifest = text ? bundle::decode_manifest(*text) : fail(text.error());
  return manifest ? manifest->scenario : "";
}

}  // namespace

Result<std::unique_ptr<Registry>> Registry::open(const std::string& state, const Clock& clock) {
  WALLE_TRY(make_folders(state + "/tasks"));
  std::unique_ptr<Registry> registry(new Registry(state, clock));
  registry->folders_.clean();
  registry->ledger_ = WALLE_TRY(Ledger::open(state + "/walled.db", clock));
  registry->notice_ = registry->ledger_->notice();
  for (const CurrentVersion& row : WALLE_TRY(registry->ledger_->current())) {
    auto loaded = registry->reload(row.current.task);
    if (!loaded) registry->notice_ += " task " + row.current.task + ": " + loaded.error().message;
    registry->drop_old_versions(row.current.task);
  }
  return registry;
}

const Installed* Registry::find(const std::string& task) const {
  const auto found = tasks_.find(task);
  return found == tasks_.end() ? nullptr : &found->second;
}

/// Takes the task's current version from ledger and disk, and repairs the link that a crash may have left behind.
Status Registry::reload(const std::string& task) {
  tasks_.erase(task);
  const auto all = WALLE_TRY(ledger_->current());
  const auto current = std::find_if(all.begin(), all.end(), [&](const auto& row) { return row.current.task == task; });
  if (current == all.end()) return {};
  const auto versions = WALLE_TRY(ledger_->versions());
  const auto row =
      std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.key == current->current; });
  if (row == versions.end()) return fail(ErrorCode::data_loss, "the ledger has no row for the current version");
  Installed installed{.row = *row, .folder = folders_.of(row->key), .previous = current->previous};
  const std::string toml = WALLE_TRY(read_text(installed.folder + "/task.toml", 1U << 20));
  installed.manifest = WALLE_TRY(bundle::parse_task_manifest(toml));
  if (row->source == "release") installed.scenario = scenario_of(installed.folder);
  WALLE_TRY(folders_.link_current(row->key));
  tasks_.emplace(task, std::move(installed));
  return {};
}

/// Keeps the current and the previous version of a task on the disk.
void Registry::drop_old_versions(const std::string& task) {
  const Installed* installed = find(task);
  const auto versions = ledger_->versions();
  if (installed == nullptr || !versions) return;
  std::set<std::string> keep{installed->row.key.folder_name()};
  if (installed->previous) keep.insert(installed->previous->folder_name());
  for (const VersionRow& row : *versions) {
    if (row.key.task != task || keep.contains(row.key.folder_name())) continue;
    // A failed version's row stays as long as it may be asked for; its files go.
    folders_.remove_version(row.key);
    if (row.state != VersionState::failed && !ledger_->forget_version(row.key)) return;
  }
}

Result<const Installed*> Registry::activate(const Staged& staged, int64_t counter, const std::string& source,
                                            const std::string& manifest, bool probation) {
  const std::string task = staged.manifest.name;
  const VersionKey key{task, staged.manifest.version, counter};
  WALLE_TRY(folders_.place(staged.path, key));
  const int64_t now_us = clock_.wall_us();
  VersionRow row{.key = key, .source = source, .manifest = manifest};
  row.state = probation ? VersionState::probation : VersionState::good;
  row.installed_us = now_us;
  row.until_us = now_us + staged.manifest.probation.within_us;
  WALLE_TRY(ledger_->activate(row));
  WALLE_TRY(reload(task));
  drop_old_versions(task);
  const Installed* installed = find(task);
  if (changed) changed(task, installed);
  return installed;
}

Status Registry::remove(const std::string& task, const std::string& reason) {
  WALLE_TRY(ledger_->remove_task(task, reason));
  tasks_.erase(task);
  folders_.remove_task(task);
  if (changed) changed(task, nullptr);
  return {};
}

Status Registry::roll_back(const std::string& task, const std::string& reason) {
  const Installed* installed = find(task);
  if (installed == nullptr) return fail(ErrorCode::not_found, "no task '" + task + "' is installed");
  if (installed->previous) {
    std::error_code error;
    if (!std::filesystem::is_directory(folders_.of(*installed->previous), error))
      return fail(ErrorCode::failed_precondition, "the version before is no longer on the disk");
  }
  WALLE_TRY(ledger_->roll_back(task, reason));
  WALLE_TRY(reload(task));
  drop_old_versions(task);
  if (changed) changed(task, find(task));
  return {};
}

Status Registry::finish_run(const Value& record) {
  unkept_.push_back(record);
  if (unkept_.size() > kUnkeptRecords) unkept_.pop_front();
  return catch_up();
}

Status Registry::catch_up() {
  Status result;
  while (!unkept_.empty()) {
    const auto row = ledger_->finish_run(unkept_.front());
    if (!row && may_pass(row.error().code)) return fail(row.error());
    unkept_.pop_front();
    if (!row) {
      result = fail(row.error());
      continue;
    }
    const auto found = *row ? tasks_.find((*row)->key.task) : tasks_.end();
    if (found == tasks_.end() || found->second.row.key != (*row)->key) continue;
    found->second.row = **row;
    if (auto applied = apply(**row); !applied) result = applied;
  }
  return result;
}

/// Acts on the verdict about the current version of a task, if there is one.
Status Registry::apply(const VersionRow& row) {
  if (row.state != VersionState::probation) return {};
  Installed& installed = tasks_.at(row.key.task);
  const Verdict verdict = judge(installed.manifest.probation, row, clock_.wall_us());
  if (verdict.state == VersionState::probation) return {};
  WALLE_TRY(ledger_->set_verdict(row.key, verdict));
  installed.row.state = verdict.state;
  installed.row.reason = verdict.reason;
  const VersionRow judged_row = installed.row;
  const std::string task = row.key.task;
  if (judged) judged(judged_row);
  if (verdict.state == VersionState::failed && installed.previous)
    return roll_back(task, judged_row.key.version + " failed: " + verdict.reason);
  if (changed) changed(task, find(task));
  return {};
}

int64_t Registry::check_probations() {
  int64_t next_us = INT64_MAX;
  std::vector<VersionRow> rows;
  for (const auto& [task, installed] : tasks_)
    if (installed.row.state == VersionState::probation) rows.push_back(installed.row);
  for (const VersionRow& row : rows) {
    if (row.until_us > clock_.wall_us()) {
      next_us = std::min(next_us, row.until_us);
    } else if (!apply(row)) {
      next_us = std::min(next_us, clock_.wall_us() + 1'000'000);
    }
  }
  return next_us;
}

}  // namespace walle::daemon
