#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <string>

#include "libwalle/base/sanitized.h"

namespace walle::support {

/// How the work of a child process ended.
struct Bounded {
  std::string text;     ///< what it returned
  std::string failure;  ///< "" or how it died: "signal 11", "over 5 s"
  int64_t peak_bytes = 0;
};

namespace bounded_detail {

/// Memory of this process so far; the child's limit comes on top.
inline int64_t mapped_bytes() {
  int64_t pages = 0;
  if (FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%ld", &pages) != 1) pages = 0;
    std::fclose(statm);
  }
  return pages * sysconf(_SC_PAGESIZE);
}

[[noreturn]] inline void child(const std::function<std::string()>& work, int64_t bytes, rlim_t seconds, int to) {
  if (kSanitized) {
    seconds *= 10;
  } else {
    const rlim_t most = static_cast<rlim_t>(mapped_bytes() + bytes);
    const rlimit memory{most, most};
    setrlimit(RLIMIT_AS, &memory);
  }
  const rlimit time{seconds, seconds + 1};
  setrlimit(RLIMIT_CPU, &time);
  const std::string text = work();
  const ssize_t written = write(to, text.data(), text.size());
  _exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
}

}  // namespace bounded_detail

/// Runs `work` in a child process that gets so many bytes more than this one has (not under sanitizers) and so many
/// seconds of CPU. For work on hostile input: whatever happens, the test goes on and can say what it was.
inline Bounded run_bounded(const std::function<std::string()>& work, int64_t bytes, rlim_t seconds) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return {.text = "", .failure = "no pipe"};
  const pid_t pid = fork();
  if (pid == 0) {
    close(pipe_ends[0]);
    bounded_detail::child(work, bytes, seconds, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  Bounded result;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
    result.text.append(buffer.data(), static_cast<size_t>(n));
  close(pipe_ends[0]);
  int status = 0;
  rusage usage{};
  wait4(pid, &status, 0, &usage);
  result.peak_bytes = usage.ru_maxrss * 1024;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    result.failure = signal == SIGXCPU || signal == SIGKILL ? "over its time" : "signal " + std::to_string(signal);
  } else if (WEXITSTATUS(status) != 0) {
    result.failure = "exit status " + std::to_string(WEXITSTATUS(status));
  }
  return result;
}

}  // namespace walle::support
