// walle-vmd: runs tasks. Started by walled with a channel as descriptor 3; see ipc/host/README.md.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <walle/engine/profile.h>

#include "pyvm/host/host.h"
#include "pyvm/host/sandbox.h"
#include "pyvm/interp/runtime.h"
#include "pyvm/package/module_def.h"

namespace {
struct Options {
  std::string stdlib;
  std::string profile;
  size_t warm = 1;
};

constexpr int kChannel = 3;
constexpr const char* kUsage =
    "Runs tasks for walled, which starts it with a channel as descriptor 3. Not started by hand.\n"
    "Usage: walle-vmd [--stdlib DIR] [--profile FILE] [--warm N]\n"
    "  --stdlib DIR  the tailored standard library of Python (default: the one installed beside the program)\n"
    "  --profile FILE  the device profile by which the engine chooses kernels, if there is one\n"
    "  --warm N      interpreters kept ready, up to 16 (default 1)\n";

std::string default_stdlib() {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = self.parent_path() / "../lib/walle/stdlib";
  if (std::filesystem::exists(installed, ignored)) return std::filesystem::canonical(installed, ignored).string();
  return WALLE_PYTHON_STDLIB;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 >= argc) return false;
    if (std::strcmp(argv[i], "--stdlib") == 0) {
      options.stdlib = argv[i + 1];
    } else if (std::strcmp(argv[i], "--profile") == 0) {
      options.profile = argv[i + 1];
    } else if (std::strcmp(argv[i], "--warm") == 0) {
      options.warm = std::strtoul(argv[i + 1], nullptr, 10);
    } else {
      return false;
    }
  }
  if (options.stdlib.empty()) options.stdlib = default_stdlib();
  return options.warm <= 16;
}

/// An empty environment and nothing open but the standard streams and the channel.
void clean_process() {
  clearenv();
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, 0);
  if (null > kChannel) close(null);
  close_range(kChannel + 1, ~0U, 0);
  fcntl(kChannel, F_SETFD, FD_CLOEXEC);
}

walle::Status start(const Options& options) {
  // Before the sandbox, which lets nothing be read. A profile that cannot be read costs speed, not the host.
  if (!options.profile.empty()) {
    if (const auto used = walle::engine::use_device_profile(options.profile); !used)
      std::fprintf(stderr, "walle-vmd: %s\n", used.error().message.c_str());
  }
  std::vector<walle::pyvm::BuiltinModule> modules;
  for (const auto* module : walle::package::modules()) modules.push_back({module->name, module->init});
  WALLE_TRY(walle::pyvm::Runtime::start({.stdlib = options.stdlib, .modules = modules}));
  return walle::pyvm::enter_sandbox();
}
}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  if (fcntl(kChannel, F_GETFD) < 0) {
    std::fprintf(stderr, "walle-vmd: descriptor 3 is not open; it is started by walled\n");
    return 1;
  }
  clean_process();
  if (const auto started = start(options); !started) {
    std::fprintf(stderr, "walle-vmd: %s\n", started.error().message.c_str());
    return 1;
  }
  walle::pyvm::Host host(walle::channel::Channel(walle::UniqueFd(kChannel)), options.warm);
  host.serve();
}
