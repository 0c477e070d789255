#include "daemon/tasks/folders.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "libwalle/base/file.h"
#include "libwalle/base/unique_fd.h"

namespace walle::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxFolderDepth = 32;

struct DirectoryCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// One copy: what has been counted so far.
struct Copy {
  size_t files = 0;
  int64_t bytes = 0;
};

Status copy_file(int source, const std::string& path, const std::string& name, Copy& copy) {
  struct stat status {};
  if (::fstat(source, &status) != 0) return fail(system_error("stat", name));
  copy.bytes += status.st_size;
  if (++copy.files > kMaxTaskFiles || copy.bytes > kMaxTaskBytes)
    return fail(ErrorCode::resource_exhausted, "the task's folder has more than 16384 files or 4 GB");
  const UniqueFd target(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!target) return fail(system_error("create", path));
  off_t left = status.st_size;
  while (left > 0) {
    const ssize_t n = ::copy_file_range(source, nullptr, target.get(), nullptr, static_cast<size_t>(left), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    left -= n;
  }
  std::vector<uint8_t> buffer(left > 0 ? 1U << 18 : 0);
  while (left > 0) {  // file systems between which copy_file_range cannot copy
    const ssize_t n = ::read(source, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ErrorCode::data_loss, "'" + name + "' changed while it was copied");
    for (ssize_t done = 0; done < n;) {
      const ssize_t written = ::write(target.get(), buffer.data() + done, static_cast<size_t>(n - done));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return fail(system_error("write", path));
      done += written;
    }
    left -= n;
  }
  if (::fsync(target.get()) != 0) return fail(system_error("sync", path));
  return {};
}

Status copy_folder(int source, const std::string& path, const std::string& name, int depth, Copy& copy) {
  if (depth > kMaxFolderDepth) return fail(ErrorCode::invalid_argument, "'" + name + "' is nested too deeply");
  if (::mkdir(path.c_str(), 0755) != 0) return fail(system_error("make folder", path));
  const std::unique_ptr<DIR, DirectoryCloser> folder(::fdopendir(::fcntl(source, F_DUPFD_CLOEXEC, 3)));
  if (folder == nullptr) return fail(system_error("read folder", name));
  ::rewinddir(folder.get());
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string item = entry->d_name;
    if (item == "." || item == ".." || (depth == 0 && item == ".git")) continue;
    const std::string full = name.empty() ? item : name + "/" + item;
    const UniqueFd fd(::openat(source, item.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (!fd && errno == ELOOP)
      return fail(ErrorCode::invalid_argument, "'" + full + "' is a link; a task's folder holds files only");
    if (!fd || ::fstat(fd.get(), &status) != 0) return fail(system_error("open", full));
    if (S_ISDIR(status.st_mode)) {
      WALLE_TRY(copy_folder(fd.get(), path + "/" + item, full, depth + 1, copy));
    } else if (S_ISREG(status.st_mode)) {
      WALLE_TRY(copy_file(fd.get(), path + "/" + item, full, copy));
    } else {
      return fail(ErrorCode::invalid_argument, "'" + full + "' is neither a file nor a folder");
    }
  }
  return sync_folder(path);
}

}  // namespace

Result<std::string> Folders::stage(int fd) const {
  WALLE_TRY(make_folders(state_ + "/tasks/.staging", 0700));
  std::string path = state_ + "/tasks/.staging/XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return fail(system_error("make folder", path));
  Copy copy;
  auto status = copy_folder(fd, path + "/task", "", 0, copy);
  if (!status) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    return fail(status.error());
  }
  return path + "/task";
}

Status Folders::place(const std::string& staged, const VersionKey& key) const {
  WALLE_TRY(make_folders(task_folder(key.task)));
  const std::string target = of(key);
  std::error_code error;
  fs::remove_all(target, error);
  if (::rename(staged.c_str(), target.c_str()) != 0) return fail(system_error("rename to", target));
  fs::remove(fs::path(staged).parent_path(), error);
  WALLE_TRY(sync_folder(task_folder(key.task)));
  return sync_folder(state_ + "/tasks");
}

Status Folders::link_current(const VersionKey& key) const {
  const std::string link = task_folder(key.task) + "/current";
  const std::string fresh = link + ".new";
  ::unlink(fresh.c_str());
  if (::symlink(key.folder_name().c_str(), fresh.c_str()) != 0) return fail(system_error("link", fresh));
  if (::rename(fresh.c_str(), link.c_str()) != 0) return fail(system_error("link", link));
  return sync_folder(task_folder(key.task));
}

std::string Folders::of(const VersionKey& key) const { return task_folder(key.task) + "/" + key.folder_name(); }

Result<std::string> Folders::data(const std::string& task) const {
  std::string path = state_ + "/data/" + task;
  WALLE_TRY(make_folders(path, 0700));
  return path;
}

int64_t Folders::data_bytes(const std::string& task) const {
  int64_t bytes = 0;
  size_t files = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(state_ + "/data/" + task, error), end; entry != end && !error;
       entry.increment(error)) {
    if (++files > kMaxTaskFiles) return INT64_MAX;
    std::error_code none;
    if (!entry->is_symlink(none) && entry->is_regular_file(none)) bytes += static_cast<int64_t>(entry->file_size(none));
  }
  return bytes;
}

void Folders::clear_data(const std::string& task) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(state_ + "/data/" + task, ignored))
    fs::remove_all(entry.path(), ignored);
}

void Folders::remove_version(const VersionKey& key) const {
  std::error_code ignored;
  fs::remove_all(of(key), ignored);
}

void Folders::remove_task(const std::string& task) const {
  std::error_code ignored;
  fs::remove_all(task_folder(task), ignored);
  fs::remove_all(state_ + "/data/" + task, ignored);
}

void Folders::clean() const {
  std::error_code ignored;
  fs::remove_all(state_ + "/tasks/.staging", ignored);
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end && !error; entry.increment(error))
    if (entry->is_regular_file(error)) files.push_back(fs::relative(entry->path(), folder, error).string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace walle::daemon
