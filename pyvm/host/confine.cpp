#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "libwalle/base/file.h"
#include "pyvm/host/sandbox.h"

namespace walle::pyvm {
namespace {
constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kTruncate = 1ULL << 14;  // LANDLOCK_ACCESS_FS_TRUNCATE, version 3; newer than Debian 12's header
constexpr uint64_t kIoctl = 1ULL << 15;     // LANDLOCK_ACCESS_FS_IOCTL_DEV, version 5

constexpr uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                            LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG;
constexpr uint64_t kNever = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                            LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

uint64_t handled(int version) {
  uint64_t rights = kRead | kWrite | kNever;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kIoctl;
  return rights;
}

Status allow(int ruleset, const std::string& folder, uint64_t rights) {
  const UniqueFd fd(open(folder.c_str(), O_PATH | O_CLOEXEC | O_DIRECTORY));
  if (!fd) return fail(system_error("open folder", folder));
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = fd.get()};
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return fail(system_error("landlock rule", folder));
  }
  return {};
}

Status restrict_files(const Confinement& confinement) {
  const int version = landlock_version();
  if (version == 0) return {};
  const landlock_ruleset_attr attributes{.handled_access_fs = handled(version)};
  const UniqueFd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0)));
  if (!ruleset) return fail(system_error("landlock_create_ruleset"));
  for (const std::string& folder : confinement.read_only) WALLE_TRY(allow(ruleset.get(), folder, kRead));
  uint64_t write = kRead | kWrite;
  if (version >= 2) write |= LANDLOCK_ACCESS_FS_REFER;  // rename between folders
  if (version >= 3) write |= kTruncate;
  for (const std::string& folder : confinement.read_write) WALLE_TRY(allow(ruleset.get(), folder, write));
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return fail(system_error("landlock_restrict_self"));
  return {};
}

Status own_descriptors(std::vector<int> keep) {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return fail(system_error("open", "/dev/null"));
  for (const int standard : {0, 1, 2}) {
    if (dup2(null.get(), standard) < 0) return fail(system_error("dup2"));
  }
  std::sort(keep.begin(), keep.end());
  unsigned from = 3;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > from) close_range(from, kept - 1, 0);
    from = kept + 1;
  }
  close_range(from, ~0U, 0);
  return {};
}
}  // namespace

int landlock_version() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

Status confine_thread(const Confinement& confinement) {
  if (unshare(CLONE_FILES | CLONE_FS) != 0) return fail(system_error("unshare descriptors"));
  umask(077);
  WALLE_TRY(own_descriptors(confinement.keep_descriptors));
  if (chdir(confinement.working_folder.c_str()) != 0) return fail(system_error("chdir", confinement.working_folder));
  return restrict_files(confinement);
}

}  // namespace walle::pyvm
