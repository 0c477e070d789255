#include <systemd/sd-daemon.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "cloud-broker/main/backup.h"
#include "cloud-broker/main/server.h"

namespace walle::broker {
namespace {

std::atomic<bool> stopping = false;

void on_signal(int) { stopping = true; }

int failed(const Error& error) {
  std::cerr << "walle-broker: " << error.message << '\n';
  return 1;
}

int serve(const core::Config& config) {
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_logger_mt("walle-broker"));
  auto server = Server::start(config);
  if (!server) return failed(server.error());
  bool ready = false;
  while (!stopping) {
    for (const std::string& line : (*server)->tick()) spdlog::warn("{}", line);
    if (!ready && (*server)->connected()) {
      ready = true;
      std::cout << (*server)->ready_line() << std::endl;
      sd_notify(0, "READY=1");
    }
    sd_notify(0, "WATCHDOG=1");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  sd_notify(0, "STOPPING=1");
  return 0;
}

int verify_audit(const core::Config& config) {
  auto store = store::Store::open(config.database);
  if (!store) return failed(store.error());
  const auto entries = (*store)->verify_audit();
  if (!entries) return failed(entries.error());
  std::cout << "audit log: " << *entries << " entries, chain intact\n";
  return 0;
}

int finished(const Status& status, const std::string& text) {
  if (!status) return failed(status.error());
  std::cout << text << '\n';
  return 0;
}

int migrate(const core::Config& config) {
  auto database = store::Database::open(config.database);
  if (!database) return failed(database.error());
  const auto version = (*database)->schema_version();
  if (!version) return failed(version.error());
  std::cout << "schema version " << *version << '\n';
  return 0;
}

int main_of(int argc, char** argv) {
  CLI::App app("The cloud side of Walle: releases tasks to devices and takes their results.", "walle-broker");
  std::string config_path;
  std::string state_dir;
  bool check = false;
  app.add_option("--config", config_path, "broker.toml; without it the defaults");
  app.add_option("--state-dir", state_dir, "Where everything is kept (/var/lib/walle-broker)");
  app.add_flag("--check-config", check, "Read the configuration, say what is wrong with it, and end");
  auto* audit = app.add_subcommand("audit", "The hash-chained audit log");
  auto* verify = audit->add_subcommand("verify", "Recompute the chain");
  audit->require_subcommand(1);
  auto* migration = app.add_subcommand("migrate", "Bring the database to this program's schema");
  std::string folder;
  auto* backing = app.add_subcommand("backup", "Copy everything that has to survive into a new folder");
  backing->add_option("FOLDER", folder, "The new folder")->required();
  auto* restoring = app.add_subcommand("restore", "Make the state folder out of a backup");
  restoring->add_option("FOLDER", folder, "A folder that backup made")->required();
  app.fallthrough();
  backing->fallthrough();
  restoring->fallthrough();
  audit->fallthrough();
  verify->fallthrough();
  migration->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "walle-broker: " << error.what() << "\nTry 'walle-broker --help'.\n";
    return 2;
  }
  const auto config = core::load_config(config_path, state_dir);
  if (!config) return failed(config.error());
  if (check) {
    std::cout << "configuration is good\n";
    return 0;
  }
  if (verify->parsed()) return verify_audit(*config);
  if (backing->parsed()) return finished(backup(*config, folder), "backup is in " + folder);
  if (restoring->parsed()) return finished(restore(*config, folder), "restored from " + folder);
  if (migration->parsed()) return migrate(*config);
  return serve(*config);
}

}  // namespace
}  // namespace walle::broker

int main(int argc, char** argv) { return walle::broker::main_of(argc, argv); }
