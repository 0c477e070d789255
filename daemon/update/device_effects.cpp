#include "daemon/update/device_effects.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "daemon/update/metadata.h"
#include "ipc/bundle/installer.h"
#include "ipc/bundle/seal.h"
#include "ipc/bundle/task_manifest.h"
#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::update {
namespace {

namespace fs = std::filesystem;

/// Left free for the journal, logs and everybody else.
constexpr int64_t kSpareBytes = 16LL << 20;

/// Errors that no waiting will mend.
bool is_final(ErrorCode code) {
  return code == ErrorCode::permission_denied || code == ErrorCode::invalid_argument || code == ErrorCode::unsupported;
}

/// MAJOR.MINOR.PATCH as three numbers.
std::array<int64_t, 3> numbers(std::string_view version) {
  std::array<int64_t, 3> out{};
  const char* at = version.data();
  for (int64_t& number : out) {
    at = std::from_chars(at, version.data() + version.size(), number).ptr;
    if (at < version.data() + version.size()) ++at;
  }
  return out;
}

}  // namespace

DeviceEffects::DeviceEffects(DeviceOptions options, bundle::Trust trust, Journal& journal, Host& host,
                             const Clock& clock, Executor executor, bundle::BlobStore store)
    : options_(std::move(options)),
      journal_(journal),
      host_(host),
      clock_(clock),
      executor_(std::move(executor)),
      store_(std::move(store)),
      trust_(std::move(trust)) {}

DeviceEffects::~DeviceEffects() {
  for (const auto& [task, flag] : running_) *flag = true;
}

bundle::Trust DeviceEffects::trust() const {
  const std::lock_guard lock(trust_mutex_);
  return trust_;
}

std::string DeviceEffects::folder_of(const std::string& task, const Digest& manifest) const {
  return options_.state_folder + "/bundles/" + task + "/" + to_hex(manifest).substr(0, 32);
}

Result<Value> DeviceEffects::verify_offer(std::string_view json) const {
  const std::lock_guard lock(trust_mutex_);
  return trust_.verify_offer(json);
}

void DeviceEffects::refresh_roots(std::function<void(Status)> then) {
  auto status = std::make_shared<Status>();
  executor_(
      [this, status] {
        const std::lock_guard one(refresh_mutex_);
        bundle::Trust fresh = trust();
        Http http(options_.http);
        *status = update::refresh_roots(fresh, options_.origins, http);
        const std::lock_guard lock(trust_mutex_);
        trust_ = std::move(fresh);
      },
      [this, status, then = std::move(then)] {
        (void)journal_.set("trust", to_json(trust().save()));
        then(*status);
      });
}

Result<bundle::Target> DeviceEffects::find_target(const TaskRow& row, Http& http) {
  const wire::OfferedTask& offered = row.target.offered;
  const std::lock_guard one(refresh_mutex_);
  bundle::Trust fresh = trust();
  const Status refreshed = refresh(fresh, origins_of(row), offered.scenario, clock_.wall_us(), http);
  auto target = fresh.target(offered.scenario, offered.task, offered.version, clock_.wall_us());
  {
    // Also after a failure: every step that was taken was verified.
    const std::lock_guard lock(trust_mutex_);
    trust_ = std::move(fresh);
  }
  if (!refreshed) return fail(refreshed.error());
  return target;
}

void DeviceEffects::run(const TaskRow& row, const Ticket& ticket,
                        std::function<Outcome(const TaskRow&, const Flag&)> work) {
  auto flag = std::make_shared<std::atomic<bool>>(false);
  running_[row.task] = flag;
  {
    const std::lock_guard lock(live_mutex_);
    live_[row.task] = row.target.offered.manifest;
  }
  auto outcome = std::make_shared<Outcome>();
  executor_(
      [this, row, flag, outcome, work = std::move(work)] {
        const std::shared_lock lock(store_mutex_);
        *outcome = work(row, flag);
      },
      [this, ticket, outcome] {
        const Status& status = outcome->status;
        Detail detail = outcome->detail;
        if (!status) detail.reason = status.error().message;
        const Event failed = !status && is_final(status.error().code) ? Event::refused : Event::later;
        agent_->answer(ticket, status ? Event::done : failed, std::move(detail));
      });
}

void DeviceEffects::cancel(const Ticket& ticket) {
  const auto it = running_.find(ticket.task);
  if (it != running_.end()) *it->second = true;
}

HttpOptions DeviceEffects::http_with(const Flag& flag) const {
  HttpOptions out = options_.http;
  out.cancelled = [flag] { return flag->load(); };
  return out;
}

std::vector<std::string> DeviceEffects::origins_of(const TaskRow& row) const {
  std::vector<std::string> out = row.target.origins;
  for (const std::string& origin : options_.origins) {
    if (std::find(out.begin(), out.end(), origin) == out.end()) out.push_back(origin);
  }
  return out;
}

Result<bundle::Manifest> DeviceEffects::manifest_of(const Digest& digest) const {
  const auto bytes = WALLE_TRY(store_.get(digest, bundle::kMaxManifestBytes));
  return bundle::decode_manifest({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Status DeviceEffects::check_target(const TaskRow& row, const bundle::Target& target) const {
  const wire::OfferedTask& offered = row.target.offered;
  if (target.manifest != offered.manifest || target.manifest_bytes != offered.manifest_bytes) {
    return fail(ErrorCode::permission_denied, "the publisher signed another manifest for " + offered.task + "/" +
                                                  offered.version + " than the offer names");
  }
  if (offered.counter < target.counter) {
    return fail(ErrorCode::permission_denied, "the offer's counter is below the one of the publication");
  }
  if (offered.manifest_bytes < 1 || offered.manifest_bytes > static_cast<int64_t>(bundle::kMaxManifestBytes)) {
    return fail(ErrorCode::permission_denied, "the manifest is over 8 MiB");
  }
  return {};
}

void DeviceEffects::verify(const TaskRow& row, Ticket ticket) {
  run(row, ticket, [this](const TaskRow& r, const Flag& flag) { return do_verify(r, flag); });
}

DeviceEffects::Outcome DeviceEffects::do_verify(const TaskRow& row, const Flag& flag) {
  Outcome out;
  const auto check = [&]() -> Status {
    const wire::OfferedTask& offered = row.target.offered;
    Http http(http_with(flag));
    const std::vector<std::string> origins = origins_of(row);
    const bundle::Target target = WALLE_TRY(find_target(row, http));
    WALLE_TRY(check_target(row, target));
    FetchStats stats;
    const bundle::FileEntry file{.path = "manifest", .size = target.manifest_bytes, .sha256 = target.manifest};
    const Status fetched = fetch_blob(file, store_, origins, {}, http, stats);
    out.detail.bytes = stats.downloaded;
    if (!fetched) return fetched;
    const bundle::Manifest manifest = WALLE_TRY(manifest_of(target.manifest));
    if (manifest.scenario != offered.scenario || manifest.task != offered.task || manifest.version != offered.version) {
      return fail(ErrorCode::permission_denied, "the manifest is that of another task or version");
    }
    if (!manifest.min_runtime.empty() && numbers(manifest.min_runtime) > numbers(options_.runtime_version)) {
      return fail(ErrorCode::unsupported, "needs Walle " + manifest.min_runtime + ", this device has " +
                                              options_.runtime_version + ": upgrade it first");
    }
    return {};
  };
  out.status = check();
  return out;
}

void DeviceEffects::reserve(const TaskRow& row, Ticket ticket) {
  // What was learnt while verifying is kept before anything is built on it.
  const std::string saved = to_json(trust().save());
  (void)journal_.set("trust", saved);
  run(row, ticket, [this](const TaskRow& r, const Flag&) { return do_reserve(r); });
}

DeviceEffects::Outcome DeviceEffects::do_reserve(const TaskRow& row) {
  const auto check = [&]() -> Status {
    const auto manifest = manifest_of(row.target.offered.manifest);
    // Without it (damaged meanwhile) fetching begins with the manifest and the disk's own limit counts.
    int64_t needed = manifest ? missing_bytes(*manifest, store_) : row.target.offered.manifest_bytes;
    for (const wire::ExclusiveFile& file : row.target.offered.exclusive) needed += 2 * file.size;
    struct statvfs info {};
    if (::statvfs(options_.state_folder.c_str(), &info) != 0) {
      return fail(system_error("cannot stat", options_.state_folder));
    }
    const auto free = static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize);
    if (needed + kSpareBytes <= free) return {};
    return fail(ErrorCode::resource_exhausted, "needs " + format_bytes(needed) + ", only " + format_bytes(free) +
                                                   " are free in '" + options_.state_folder + "'");
  };
  return {.status = check()};
}

std::vector<Seed> DeviceEffects::seeds_of(const TaskRow& row) const {
  std::vector<Seed> out;
  for (const auto* installed : {&row.current, &row.previous}) {
    if (!*installed) continue;
    auto manifest = manifest_of((*installed)->manifest);
    if (manifest) out.push_back({std::move(*manifest), folder_of(row.task, (*installed)->manifest)});
  }
  return out;
}

void DeviceEffects::fetch(const TaskRow& row, Ticket ticket) {
  run(row, ticket, [this](const TaskRow& r, const Flag& flag) { return do_fetch(r, flag); });
}

DeviceEffects::Outcome DeviceEffects::do_fetch(const TaskRow& row, const Flag& flag) {
  Outcome out;
  FetchStats stats;
  const auto work = [&]() -> Status {
    Http http(http_with(flag));
    const std::vector<std::string> origins = origins_of(row);
    const wire::OfferedTask& offered = row.target.offered;
    WALLE_TRY(fetch_blob({.path = "manifest", .size = offered.manifest_bytes, .sha256 = offered.manifest}, store_,
                         origins, {}, http, stats));
    const bundle::Manifest manifest = WALLE_TRY(manifest_of(offered.manifest));
    WALLE_TRY(fetch_bundle(manifest, store_, origins, seeds_of(row), http, stats));
    for (const wire::ExclusiveFile& file : row.target.offered.exclusive) {
      WALLE_TRY(
          fetch_blob({.path = file.path, .size = file.size, .sha256 = file.sha256}, store_, origins, {}, http, stats));
    }
    return {};
  };
  out.status = work();
  out.detail.bytes = stats.downloaded;
  return out;
}

void DeviceEffects::stage(const TaskRow& row, Ticket ticket) {
  run(row, ticket, [this](const TaskRow& r, const Flag& flag) { return do_stage(r, flag); });
}

Result<int64_t> DeviceEffects::assemble(const TaskRow& row) {
  const wire::OfferedTask& offered = row.target.offered;
  const auto bytes = WALLE_TRY(store_.get(offered.manifest, bundle::kMaxManifestBytes));
  const std::string manifest(bytes.begin(), bytes.end());
  const bundle::Trust trusted = trust();
  bundle::Evidence evidence{.roots = trusted.root_chain()};
  evidence.targets = WALLE_TRY(trusted.evidence(offered.scenario));
  std::vector<bundle::ExtraFile> extras;
  for (const wire::ExclusiveFile& file : offered.exclusive) {
    if (!options_.open_sealed) return fail(ErrorCode::unsupported, "this device cannot open exclusive files");
    const auto sealed = WALLE_TRY(store_.get(file.sha256, bundle::kMaxExclusiveBytes + bundle::kSealBytes));
    auto opened = WALLE_TRY(options_.open_sealed(sealed));
    extras.push_back({.path = file.path, .bytes = std::move(opened)});
  }
  const std::string folder = folder_of(row.task, offered.manifest);
  WALLE_TRY(make_folders(fs::path(folder).parent_path().string()));
  WALLE_TRY(bundle::assemble(store_, manifest, evidence, extras, folder));
  const bundle::TaskManifest task = WALLE_TRY(bundle::read_task_folder(folder));
  return task.probation.within_us;
}

DeviceEffects::Outcome DeviceEffects::do_stage(const TaskRow& row, const Flag& flag) {
  Outcome out;
  auto probation = assemble(row);
  const bool damaged =
      !probation && (probation.error().code == ErrorCode::data_loss || probation.error().code == ErrorCode::not_found);
  if (damaged) {
    // A blob was lost or damaged on the disk meanwhile (and removed when that was seen): fetch it once more.
    out = do_fetch(row, flag);
    if (!out.status) return out;
    probation = assemble(row);
  }
  if (probation) {
    out.detail.probation_us = *probation;
  } else {
    out.status = fail(probation.error());
  }
  return out;
}

void DeviceEffects::activate(const TaskRow& row, const Installed& version, Ticket ticket) {
  host_.activate(row.task, version, folder_of(row.task, version.manifest),
                 [this, ticket](Event event, Detail detail) { agent_->answer(ticket, event, std::move(detail)); });
}

void DeviceEffects::deactivate(const TaskRow& row, Ticket ticket) {
  const bool rolling_back = row.state == State::rolled_back;
  host_.deactivate(row.task, [this, ticket, rolling_back](Event event, Detail detail) {
    // A removal is through at once: there is nothing to try out.
    const bool skip = event == Event::done && !rolling_back;
    agent_->answer(ticket, skip ? Event::skip : event, std::move(detail));
  });
}

void DeviceEffects::collect(const std::vector<TaskRow>& rows, Ticket ticket) {
  executor_(
      [this, rows] {
        // While anything else is under way its blobs are in use: the next collection will do.
        const std::unique_lock lock(store_mutex_, std::try_to_lock);
        if (lock) do_collect(rows);
      },
      [this, ticket] { agent_->answer(ticket, Event::done); });
}

void DeviceEffects::do_collect(const std::vector<TaskRow>& rows) {
  std::set<Digest> keep;
  std::set<std::string> folders;
  {
    const std::lock_guard lock(live_mutex_);
    for (const TaskRow& row : rows) {
      const bool over = row.state == State::idle || row.state == State::committed || row.state == State::failed;
      const auto live = live_.find(row.task);
      // An update that began after the collection was asked for has another target by now.
      if (over && live != live_.end() && live->second == row.target.offered.manifest) live_.erase(live);
      if (!over) keep.insert(row.target.offered.manifest);
    }
    for (const auto& [task, manifest] : live_) keep.insert(manifest);
  }
  for (const TaskRow& row : rows) {
    if (row.pending) keep.insert(row.pending->offered.manifest);
    for (const auto* installed : {&row.current, &row.previous}) {
      if (*installed) keep.insert((*installed)->manifest);
    }
  }
  const std::set<Digest> manifests = keep;
  for (const TaskRow& row : rows) {
    for (const Digest& digest : manifests) folders.insert(folder_of(row.task, digest));
    for (const wire::ExclusiveFile& file : row.target.offered.exclusive) keep.insert(file.sha256);
  }
  for (const Digest& digest : manifests) {
    const auto manifest = manifest_of(digest);
    if (!manifest) continue;
    for (const bundle::FileEntry& file : manifest->files) keep.insert(file.sha256);
  }
  (void)store_.collect(keep);
  std::error_code error;
  std::vector<std::string> gone;
  for (fs::recursive_directory_iterator it(options_.state_folder + "/bundles", error), end; !error && it != end;
       it.increment(error)) {
    if (it.depth() != 1) continue;
    it.disable_recursion_pending();
    if (!folders.contains(it->path().string())) gone.push_back(it->path().string());
  }
  for (const std::string& folder : gone) (void)bundle::remove_folder(folder);
}

}  // namespace walle::update
