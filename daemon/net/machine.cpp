#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "daemon/net/identity.h"

namespace walle::net {
namespace {

/// The value of a line `KEY<separator>VALUE` of a small text file; empty if there is none.
std::string value_in(const char* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    const size_t first = line.find_first_not_of(" \t\"", at + 1);
    const size_t last = line.find_last_not_of(" \t\"");
    return first == std::string::npos ? "" : line.substr(first, std::min<size_t>(last - first + 1, 128));
  }
  return {};
}

}  // namespace

Machine describe_machine() {
  Machine out;
  utsname name{};
  ::uname(&name);
  out.hardware = {{"arch", name.machine}, {"cores", std::thread::hardware_concurrency()}};
  const std::string cpu = value_in("/proc/cpuinfo", "model name", ':');
  if (!cpu.empty()) out.hardware["cpu"] = cpu;
  const auto pages = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES));
  out.memory_mb = pages * static_cast<int64_t>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
  out.versions["walle"] = WALLE_VERSION;
  out.versions["kernel"] = name.release;
  const std::string os = value_in("/etc/os-release", "PRETTY_NAME=", '=');
  if (!os.empty()) out.versions["os"] = os;
  return out;
}

}  // namespace walle::net
