#include "cloud-broker/process/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "libwalle/base/clock.h"
#include "libwalle/base/file.h"
#include "libwalle/base/unique_fd.h"

namespace walle::process {
namespace {

struct Pipe {
  UniqueFd read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(system_error("make a pipe"));
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<std::string> environment_of(const Options& options) {
  std::vector<std::string> out;
  for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR"})
    if (const char* value = std::getenv(name); value != nullptr) out.push_back(std::string(name) + "=" + value);
  out.insert(out.end(), options.environment.begin(), options.environment.end());
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// Between fork and exec: only what is safe in a child of a program with threads.
[[noreturn]] void become(char* const* command, char* const* environment, const char* folder, int out, int err) {
  ::setpgid(0, 0);
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) ::_exit(127);
  if (*folder != '\0' && ::chdir(folder) != 0) ::_exit(127);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execvpe(command[0], command, environment);
  ::_exit(127);
}

/// Takes what is there; false at the end of the stream.
bool drain(int fd, std::string& into, size_t limit) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  if (got == 0) return false;
  into.append(buffer.data(), std::min(static_cast<size_t>(got), limit - std::min(limit, into.size())));
  return true;
}

/// False if the deadline passed first.
bool collect(int out, int err, const Options& options, Outcome& outcome) {
  const int64_t deadline = system_clock().monotonic_us() + options.timeout_us;
  std::array<pollfd, 2> fds = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    const int64_t left = deadline - system_clock().monotonic_us();
    if (left <= 0) return false;
    if (::poll(fds.data(), fds.size(), static_cast<int>(std::min<int64_t>(left / 1000 + 1, 1000))) <= 0) continue;
    if (fds[0].revents != 0 && !drain(out, outcome.output, options.output_bytes)) fds[0].fd = -1;
    if (fds[1].revents != 0 && !drain(err, outcome.errors, options.output_bytes)) fds[1].fd = -1;
  }
  return true;
}

}  // namespace

Result<Outcome> run(const std::vector<std::string>& command, const Options& options) {
  if (command.empty()) return fail(ErrorCode::invalid_argument, "no command");
  Pipe out = WALLE_TRY(make_pipe());
  Pipe err = WALLE_TRY(make_pipe());
  std::vector<std::string> words = command;
  std::vector<std::string> variables = environment_of(options);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(variables);
  const pid_t child = ::fork();
  if (child < 0) return fail(system_error("start", command.front()));
  if (child == 0) become(argv.data(), envp.data(), options.folder.c_str(), out.write.get(), err.write.get());
  ::setpgid(child, child);
  out.write.reset();
  err.write.reset();
  Outcome outcome;
  const bool ended = collect(out.read.get(), err.read.get(), options, outcome);
  if (!ended) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!ended)
    return fail(ErrorCode::deadline_exceeded,
                command.front() + " took longer than " + std::to_string(options.timeout_us / 1'000'000) + " s");
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (outcome.exit_code == 127 && outcome.output.empty() && outcome.errors.empty())
    return fail(ErrorCode::not_found, "cannot start " + command.front() + "; is it installed?");
  return outcome;
}

std::string tail(const Outcome& outcome, size_t limit) {
  std::string text = outcome.errors.empty() ? outcome.output : outcome.errors;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.size() > limit) text = "…" + text.substr(text.size() - limit);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "exit code " + std::to_string(outcome.exit_code) : text;
}

std::string beside_us(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path beside = self.parent_path() / name;
  return !error && std::filesystem::exists(beside, error) ? beside.string() : name;
}

}  // namespace walle::process
