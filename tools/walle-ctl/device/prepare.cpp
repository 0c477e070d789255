#include "tools/walle-ctl/device/prepare.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <vector>

#include "libwalle/base/digest.h"
#include "libwalle/base/file.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/output.h"

namespace walle::ctl {
namespace {

namespace fs = std::filesystem;

Result<std::string> cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder = cache != nullptr && *cache != '\0' ? std::string(cache)
                       : home != nullptr && *home != '\0' ? std::string(home) + "/.cache"
                                                          : fs::temp_directory_path().string();
  folder += "/walle/models";
  WALLE_TRY(make_folders(folder, 0700));
  return folder;
}

Result<std::string> file_hash(const std::string& path) {
  const MappedFile file = WALLE_TRY(MappedFile::open(path));
  return to_hex(sha256(file.bytes()));
}

/// Runs the converter; what it says on stderr is the error.
Status run_converter(const std::vector<std::string>& command) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail(system_error("pipe"));
  const UniqueFd reader(pipe[0]);
  UniqueFd writer(pipe[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(writer.get(), STDERR_FILENO);
    ::dup2(writer.get(), STDOUT_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  writer.reset();
  std::string words;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = ::read(reader.get(), buffer.data(), buffer.size())) > 0;)
    if (words.size() < 8192) words.append(buffer.data(), static_cast<size_t>(n));
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  while (!words.empty() && words.back() == '\n') words.pop_back();
  if (words.empty()) words = "'" + command[0] + "' cannot be run; is it installed beside walle-ctl?";
  return fail(ErrorCode::failed_precondition, words);
}

/// The model as .walle, out of the cache or made now.
Result<std::string> converted(const std::string& model) {
  const std::string converter = program_beside("walle-model");
  std::string key = WALLE_TRY(file_hash(model));
  const auto version = file_hash(converter);
  if (!version)
    return fail(ErrorCode::not_found, "'" + converter + "' is needed to convert '" + model + "', and is not there");
  key += "-" + version->substr(0, 16) + ".walle";
  const std::string folder = WALLE_TRY(cache_folder());
  const std::string kept = folder + "/" + key;
  std::error_code error;
  if (fs::exists(kept, error)) return kept;
  const std::string fresh = kept + "." + std::to_string(::getpid());
  Progress progress("converting " + fs::path(model).filename().string());
  progress.update(0, 0, "");
  if (auto made = run_converter({converter, "convert", model, "-o", fresh}); !made) {
    fs::remove(fresh, error);
    return fail(made.error().with("model '" + model + "'"));
  }
  if (::rename(fresh.c_str(), kept.c_str()) != 0) return fail(system_error("rename to", kept));
  return kept;
}

Status place_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return fail(ErrorCode::unavailable, "copy '" + from.string() + "': " + error.message());
  return {};
}

/// Everything but version control, caches, and what `skip` names (relative paths).
Status copy_folder(const std::string& from, const std::string& to, const std::set<std::string>& skip) {
  static const std::set<std::string> kIgnored{".git", "__pycache__", ".walle"};
  std::error_code error;
  fs::recursive_directory_iterator entry(from, fs::directory_options::follow_directory_symlink, error);
  for (const fs::recursive_directory_iterator last; !error && entry != last; entry.increment(error)) {
    const fs::path relative = entry->path().lexically_relative(from);
    if (kIgnored.contains(relative.filename().string())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file(error) && !skip.contains(relative.string()))
      WALLE_TRY(place_file(entry->path(), fs::path(to) / relative));
  }
  if (error) return fail(ErrorCode::unavailable, "read '" + from + "': " + error.message());
  return {};
}

/// An author's folder may hold links (large models often lie elsewhere), which an installed one may not.
Result<bundle::TaskManifest> read_manifest(const std::string& folder) {
  const std::string toml = WALLE_TRY(read_text(folder + "/task.toml", 1U << 20));
  auto manifest = WALLE_TRY(bundle::parse_task_manifest(toml));
  std::error_code error;
  if (!fs::is_regular_file(folder + "/" + manifest.entry, error))
    return fail(ErrorCode::invalid_argument, "task.toml: entry '" + manifest.entry + "' is not in '" + folder + "'");
  for (const auto& [name, path] : manifest.models)
    if (!fs::is_regular_file(folder + "/" + path, error))
      return fail(ErrorCode::invalid_argument,
                  "task.toml: model " + name + " is '" + path + "', which is not in '" + folder + "'");
  return manifest;
}

}  // namespace

PreparedTask::~PreparedTask() {
  std::error_code ignored;
  if (!root_.empty()) fs::remove_all(root_, ignored);
}

Result<PreparedTask> PreparedTask::make(const std::string& folder) {
  auto manifest = WALLE_TRY(read_manifest(folder));
  std::string root = (fs::temp_directory_path() / "walle-task-XXXXXX").string();
  if (::mkdtemp(root.data()) == nullptr) return fail(system_error("make folder", root));
  PreparedTask task(root, std::move(manifest));
  std::set<std::string> originals;
  for (const auto& [name, path] : task.manifest_.models)
    if (fs::path(path).extension() != ".walle") originals.insert(path);
  WALLE_TRY(copy_folder(folder, task.folder(), originals));
  for (const std::string& path : originals) {
    const std::string made = WALLE_TRY(converted(folder + "/" + path));
    WALLE_TRY(place_file(made, fs::path(task.folder()) / fs::path(path).replace_extension(".walle")));
  }
  return task;
}

}  // namespace walle::ctl
