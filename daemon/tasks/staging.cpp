#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/tasks/registry.h"
#include "ipc/bundle/installer.h"
#include "ipc/bundle/path.h"
#include "ipc/bundle/trust.h"
#include "libwalle/base/file.h"
#include "libwalle/base/unique_fd.h"
#include "streamd/trigger/condition.h"

namespace walle::daemon {
namespace {

namespace fs = std::filesystem;

/// Removes a staging folder unless it is kept.
class StagingGuard {
 public:
  explicit StagingGuard(std::string path) : path_(std::move(path)) {}
  StagingGuard(const StagingGuard&) = delete;
  StagingGuard& operator=(const StagingGuard&) = delete;
  ~StagingGuard() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(fs::path(path_).parent_path(), ignored);
  }
  std::string keep() { return std::exchange(path_, {}); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Status check_contents(const std::string& folder, const bundle::TaskManifest& manifest) {
  std::error_code error;
  if (!fs::is_regular_file(folder + "/" + manifest.entry, error))
    return fail(ErrorCode::invalid_argument, "task.toml: entry '" + manifest.entry + "' is not in the folder");
  for (const auto& [name, path] : manifest.models) WALLE_TRY(model_file(folder, path));
  for (const std::string& condition : manifest.on) {
    auto parsed = trigger::parse_condition(condition);
    if (!parsed) return fail(parsed.error().with("task.toml: on: '" + condition + "'"));
  }
  return {};
}

Result<bundle::TaskManifest> read_manifest(const std::string& folder) {
  auto text = read_text(folder + "/task.toml", 1U << 20);
  if (!text) return fail(text.error().with("the folder is not a task"));
  return bundle::parse_task_manifest(*text);
}

/// The files that only this device got, which the manifest does not name.
std::vector<std::string> exclusive_files(const std::string& folder, const bundle::TaskManifest& manifest,
                                         const std::string& device) {
  std::vector<std::string> found;
  for (const std::string& file : files_of(folder))
    for (std::string pattern : manifest.exclusive_files) {
      const std::string variable = "${device.id}";
      if (const size_t at = pattern.find(variable); at != std::string::npos)
        pattern.replace(at, variable.size(), device);
      if (bundle::glob_match(pattern, file)) found.push_back(file);
    }
  return found;
}

}  // namespace

Result<std::string> model_file(const std::string& folder, const std::string& path) {
  std::error_code error;
  const std::string file = folder + "/" + fs::path(path).replace_extension(".walle").string();
  if (fs::is_regular_file(file, error)) return file;
  return fail(ErrorCode::failed_precondition,
              "model '" + path + "' is not there as a .walle file; convert it with walle-model convert");
}

Result<Staged> stage_folder(const Folders& folders, int fd) {
  StagingGuard staging(WALLE_TRY(folders.stage(fd)));
  auto manifest = WALLE_TRY(read_manifest(staging.path()));
  WALLE_TRY(check_contents(staging.path(), manifest));
  return Staged{staging.keep(), std::move(manifest)};
}

Result<Staged> stage_release(const Folders& folders, const ReleaseRequest& request) {
  const UniqueFd source(::open(request.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!source) return fail(system_error("open the staged bundle", request.folder));
  if (request.root.empty())
    return fail(ErrorCode::failed_precondition, "this device has no root of trust; enrol it, or set trust.root");
  const std::string root = WALLE_TRY(read_text(request.root, 1U << 20));
  const bundle::Trust trust = WALLE_TRY(bundle::Trust::pin(root));
  const Digest digest = WALLE_TRY(digest_from_hex(request.manifest));
  StagingGuard staging(WALLE_TRY(folders.stage(source.get())));
  auto manifest = WALLE_TRY(read_manifest(staging.path()));
  const auto extra = exclusive_files(staging.path(), manifest, request.device);
  const auto signed_manifest = WALLE_TRY(bundle::verify_folder(staging.path(), digest, trust.root(), extra));
  if (signed_manifest.task != request.task || signed_manifest.version != request.version ||
      manifest.name != request.task || manifest.version != request.version)
    return fail(ErrorCode::permission_denied, "the bundle is " + signed_manifest.task + " " + signed_manifest.version +
                                                  ", not " + request.task + " " + request.version);
  WALLE_TRY(check_contents(staging.path(), manifest));
  return Staged{staging.keep(), std::move(manifest)};
}

}  // namespace walle::daemon
