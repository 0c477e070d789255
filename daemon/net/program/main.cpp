// walle-netd: the device's network side. See docs and ipc/net/README.md.
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "daemon/net/config.h"
#include "daemon/net/identity.h"
#include "daemon/net/service.h"
#include "libwalle/base/file.h"

namespace {

using namespace walle;

void log_line(net::Level level, const std::string& text) {
  static constexpr const char* kPrefix[] = {SD_DEBUG, SD_INFO, SD_WARNING, SD_ERR};
  static constexpr const char* kPlain[] = {"debug: ", "", "warning: ", "error: "};
  // Under systemd the journal reads the priority from the prefix.
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  static const bool debug = std::getenv("WALLE_DEBUG") != nullptr;
  if (level == net::Level::debug && !debug) return;
  const auto at = static_cast<size_t>(level);
  std::fprintf(stderr, "%s%s\n", journal ? kPrefix[at] : kPlain[at], text.c_str());
}

int fail_with(const Error& error) {
  std::fprintf(stderr, "walle-netd: %s\n", error.message.c_str());
  return 1;
}

struct Arguments {
  std::string config_file, state_folder, socket, enrol_url, token, token_file, ca_file, device;
  std::vector<std::string> labels;
  bool check = false;
};

Result<net::Config> load_config(const Arguments& arguments) {
  net::Config out;
  if (!arguments.config_file.empty()) {
    const std::string text = WALLE_TRY(read_text(arguments.config_file, 1U << 20));
    auto parsed = net::parse_config(text);
    if (!parsed) return fail(parsed.error().with(arguments.config_file));
    out = std::move(*parsed);
  }
  if (!arguments.state_folder.empty()) out.state_folder = arguments.state_folder;
  if (!arguments.socket.empty()) out.socket = arguments.socket;
  if (!arguments.enrol_url.empty()) out.enrol_url = arguments.enrol_url;
  if (!arguments.ca_file.empty()) out.enrol_ca_file = arguments.ca_file;
  if (!arguments.device.empty()) out.enrol_device = arguments.device;
  if (!arguments.token_file.empty()) out.enrol_token_file = arguments.token_file;
  if (out.identity_folder.empty()) out.identity_folder = out.state_folder + "/identity";
  for (const std::string& label : arguments.labels) {
    const size_t at = label.find('=');
    if (at == std::string::npos)
      return fail(ErrorCode::invalid_argument, "--label takes KEY=VALUE, not '" + label + "'");
    out.labels[label.substr(0, at)] = label.substr(at + 1);
  }
  return out;
}

Result<net::Identity> enrol_now(const net::Config& config, const Arguments& arguments) {
  std::string token = arguments.token;
  if (token.empty() && !config.enrol_token_file.empty()) token = WALLE_TRY(read_text(config.enrol_token_file, 4096));
  while (!token.empty() && (token.back() == '\n' || token.back() == ' ')) token.pop_back();
  if (token.empty()) {
    return fail(ErrorCode::invalid_argument, "enrolment needs a token: --token T or --token-file FILE");
  }
  return net::enrol({.url = config.enrol_url,
                     .token = token,
                     .ca_file = config.enrol_ca_file,
                     .device = config.enrol_device,
                     .labels = config.labels,
                     .folder = config.identity_folder});
}

Status run(const net::Config& config, const net::Identity& identity) {
  net::Loop loop;
  auto service = WALLE_TRY(net::Service::create(loop, config, identity, log_line));
  loop.on_terminate([&] {
    service->stop();
    loop.stop();
  });
  WALLE_TRY(service->start());
  sd_notify(0, "READY=1");
  loop.run();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("MQTT session, update agent and tunnel of this device. Started by systemd beside walled.", "walle-netd");
  app.set_version_flag("--version", "walle-netd " WALLE_VERSION);
  app.add_option("--config", arguments.config_file, "configuration (TOML)");
  app.add_option("--state-dir", arguments.state_folder, "where journal, blobs and identity are kept");
  app.add_option("--socket", arguments.socket, "walled's net.sock");
  app.add_option("--enrol", arguments.enrol_url, "enrol at this broker (https://HOST:PORT), then exit");
  app.add_option("--token", arguments.token, "enrolment token");
  app.add_option("--token-file", arguments.token_file, "file with the enrolment token");
  app.add_option("--ca", arguments.ca_file, "CA that signed the broker's API certificate (PEM)");
  app.add_option("--device", arguments.device, "the name this device would like");
  app.add_option("--label", arguments.labels, "KEY=VALUE, several times");
  app.add_flag("--check-config", arguments.check, "check the configuration, then exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::fprintf(stderr, "walle-netd: %s\nTry 'walle-netd --help'.\n", error.what());
    return 2;
  }
  const auto config = load_config(arguments);
  if (!config) return fail_with(config.error());
  if (arguments.check) {
    std::printf("the configuration is right\n");
    return 0;
  }
  if (!arguments.enrol_url.empty()) {
    const auto identity = enrol_now(*config, arguments);
    if (!identity) return fail_with(identity.error());
    std::printf("%s\n", identity->device.c_str());
    return 0;
  }
  auto identity = net::load_identity(config->identity_folder);
  if (!identity && identity.error().code == ErrorCode::not_found && !config->enrol_url.empty()) {
    identity = enrol_now(*config, arguments);
  }
  if (!identity) return fail_with(identity.error());
  const Status status = run(*config, *identity);
  return status ? 0 : fail_with(status.error());
}
