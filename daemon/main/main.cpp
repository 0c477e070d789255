#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/bus/version.h"
#include "daemon/main/app.h"

namespace walle::daemon {
namespace {

constexpr const char* kUsage =
    "The device service: events, tasks, models, rows; the D-Bus name org.walle.Walle1.\n"
    "Usage: walled [--config FILE] [--state-dir DIR] [--bus ADDRESS] [--check-config] [--ephemeral]\n"
    "  --config FILE    configuration (default /etc/walle/walled.toml, if there); drop-ins from FILE.d/*.toml\n"
    "  --state-dir DIR  where everything is kept (default /var/lib/walle)\n"
    "  --bus ADDRESS    system (default), session, or a D-Bus address such as unix:path=/run/dbus/x\n"
    "  --check-config   check the configuration and end\n"
    "  --ephemeral      a state that is removed at the end, and an end with the program that started it\n"
    "  --version, --help\n";

struct Options {
  std::optional<std::string> config, state_dir, bus;
  bool check = false;
  bool ephemeral = false;
};

/// Exit code, or nothing: go on.
std::optional<int> parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (word == "--version") {
      std::printf("walled %s\n", kVersion);
      return 0;
    }
    if (word == "--check-config") {
      options.check = true;
      continue;
    }
    if (word == "--ephemeral") {
      options.ephemeral = true;
      continue;
    }
    std::optional<std::string>* target = word == "--config"      ? &options.config
                                         : word == "--state-dir" ? &options.state_dir
                                         : word == "--bus"       ? &options.bus
                                                                 : nullptr;
    if (target == nullptr || i + 1 >= argc) {
      std::fprintf(stderr, "walled: %s '%s'\n%s", target == nullptr ? "unknown argument" : "a value is missing after",
                   argv[i], kUsage);
      return 2;
    }
    *target = argv[++i];
  }
  if (options.ephemeral && !options.bus) {
    std::fputs("walled: --ephemeral needs --bus ADDRESS of a private bus\n", stderr);
    return 2;
  }
  return std::nullopt;
}

Result<Config> configure(const Options& options) {
  Config config;
  if (!options.ephemeral || options.config)
    config = WALLE_TRY(read_config(options.config.value_or("/etc/walle/walled.toml"), options.config.has_value()));
  const char* runtime = std::getenv("RUNTIME_DIRECTORY");
  if (runtime != nullptr && *runtime != '\0') config.runtime_dir = runtime;
  if (options.state_dir) {
    config.state_dir = std::filesystem::absolute(*options.state_dir).string();
    config.runtime_dir = config.state_dir + "/run";
  }
  if (options.bus) config.bus = *options.bus;
  return config;
}

int report(const Error& error) {
  std::fprintf(stderr, "walled: %s\n", error.message.c_str());
  return 1;
}

int serve(Options options) {
  std::string temporary;
  if (options.ephemeral && !options.state_dir) {
    temporary = (std::filesystem::temp_directory_path() / "walled-XXXXXX").string();
    if (::mkdtemp(temporary.data()) == nullptr) return report({ErrorCode::unavailable, "no temporary folder"});
    options.state_dir = temporary;
  }
  auto config = configure(options);
  if (!config) return report(config.error());
  if (options.check) {
    std::puts("the configuration is right");
    return 0;
  }
  Journal journal(config->log_level, std::getenv("JOURNAL_STREAM") != nullptr);
  Status status;
  {
    auto app = App::create(std::move(*config), journal);
    status = app ? (*app)->run([options] { return configure(options); }) : fail(app.error());
  }
  std::error_code ignored;
  if (!temporary.empty()) std::filesystem::remove_all(temporary, ignored);
  return status ? 0 : report(status.error());
}

}  // namespace
}  // namespace walle::daemon

int main(int argc, char** argv) {
  walle::daemon::Options options;
  if (const auto code = walle::daemon::parse(argc, argv, options)) return *code;
  ::umask(0077);
  std::signal(SIGPIPE, SIG_IGN);
  // Before anything is started, so that a parent which dies meanwhile is noticed, too.
  if (options.ephemeral) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  return walle::daemon::serve(std::move(options));
}
