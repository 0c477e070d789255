#include "pyvm/host/sandbox.h"

#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "libwalle/base/file.h"
#include "libwalle/base/sanitized.h"

namespace walle::pyvm {
namespace {
struct FilterDeleter {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterDeleter>;

// What Python, the engine, the channel and files below the task's folders need once everything is loaded.
constexpr std::array kAllowed = {
    // memory and threads (mmap, mprotect, clone: with conditions, below)
    "munmap", "mremap", "madvise", "brk", "futex", "set_robust_list", "get_robust_list", "rseq", "membarrier",
    "sched_yield", "sched_getaffinity", "exit", "exit_group", "restart_syscall", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "sigaltstack",
    // time and identity
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times", "getrusage",
    "sysinfo", "uname", "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrandom", "getcpu",
    // files; Landlock says which
    "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "open", "openat", "close", "close_range",
    "stat", "fstat", "lstat", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "getdents64", "getcwd", "chdir", "fchdir", "umask", "mkdir", "mkdirat", "rmdir", "unlink",
    "unlinkat", "rename", "renameat", "renameat2", "ftruncate", "fallocate", "fsync", "fdatasync", "dup", "dup2",
    "dup3", "fcntl", "flock", "copy_file_range", "sendfile", "fadvise64",
    // the channel
    "poll", "ppoll", "recvmsg", "sendmsg", "memfd_create",
    // confining a thread
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"};

// Nothing that goes wrong by accident: who tries these wants out.
constexpr std::array kDeadly = {"ptrace",
                                "process_vm_readv",
                                "process_vm_writev",
                                "kexec_load",
                                "init_module",
                                "finit_module",
                                "delete_module",
                                "bpf",
                                "mount",
                                "umount2",
                                "pivot_root",
                                "reboot",
                                "swapon",
                                "swapoff",
                                "perf_event_open",
                                "userfaultfd",
                                "keyctl",
                                "add_key",
                                "setns",
                                "iopl",
                                "ioperm",
                                "io_uring_setup",
                                "open_by_handle_at",
                                "move_mount",
                                "fsopen"};

Status add(const Filter& filter, uint32_t action, const char* name,
           std::initializer_list<scmp_arg_cmp> conditions = {}) {
  const int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR || number < 0) return {};  // not on this architecture
  const int error = seccomp_rule_add_array(filter.get(), action, number, static_cast<unsigned>(conditions.size()),
                                           conditions.begin());
  if (error < 0) return fail(ErrorCode::internal, std::string("seccomp refuses a rule for ") + name);
  return {};
}

Status add_conditional(const Filter& filter) {
  constexpr uint64_t kThread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
  WALLE_TRY(add(filter, SCMP_ACT_ALLOW, "clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, kThread, kThread)}));
  // Its flags are in memory, where a filter cannot look; the C library falls back to clone.
  WALLE_TRY(add(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3"));
  WALLE_TRY(add(filter, SCMP_ACT_ALLOW, "mmap", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}));
  WALLE_TRY(add(filter, SCMP_ACT_ALLOW, "mprotect", {SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)}));
  constexpr uint64_t kOwn = CLONE_FILES | CLONE_FS;
  WALLE_TRY(add(filter, SCMP_ACT_ALLOW, "unshare", {SCMP_A0(SCMP_CMP_MASKED_EQ, ~kOwn, 0)}));
  WALLE_TRY(add(filter, SCMP_ACT_ALLOW, "prctl", {SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME)}));
  WALLE_TRY(add(filter, SCMP_ACT_ALLOW, "prlimit64", {SCMP_A2(SCMP_CMP_EQ, 0)}));
  const auto self = static_cast<uint64_t>(getpid());
  return add(filter, SCMP_ACT_ALLOW, "tgkill", {SCMP_A0(SCMP_CMP_EQ, self), SCMP_A2(SCMP_CMP_EQ, SIGABRT)});
}

Status load_filter() {
  const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!filter) return fail(ErrorCode::unsupported, "seccomp is not available");
  seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (const char* name : kAllowed) WALLE_TRY(add(filter, SCMP_ACT_ALLOW, name));
  for (const char* name : kDeadly) WALLE_TRY(add(filter, SCMP_ACT_KILL_PROCESS, name));
  WALLE_TRY(add_conditional(filter));
  const int error = seccomp_load(filter.get());
  if (error < 0) {
    errno = -error;
    return fail(system_error("seccomp_load"));
  }
  return {};
}

void set_limit(int resource, rlim_t value) {
  rlimit limit{};
  getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}
}  // namespace

Status enter_sandbox() {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_NOFILE, 256);
  set_limit(RLIMIT_FSIZE, 256U << 20);
  // A backstop for memory that no account sees (answers on their way, a decoder's buffers): the device stays usable.
  if (!kSanitized) {
    set_limit(RLIMIT_DATA,
              static_cast<rlim_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) / 4 * 3);
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(system_error("no_new_privs"));
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // A write beyond RLIMIT_FSIZE and a closed pipe are errors of a task, not the end of the host.
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  return load_filter();
}

}  // namespace walle::pyvm
