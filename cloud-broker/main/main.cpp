#include <systemd/sd-daemon.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "cloud-broker/main/backup.h"
#include "cloud-broker/main/server.h"
#include "libwalle/base/command_line.h"
#include "libwalle/base/value.h"

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

/// What a verb did, in words and as a value.
struct Report {
  std::string text;
  Value value;
};

int finished(const Result<Report>& report, bool json) {
  if (!report) return failed(report.error());
  std::cout << (json ? to_json(report->value) : report->text) << '\n';
  return 0;
}

/// A state that is there: a wrong --state-dir has no audit log, and is nothing to keep.
Status has_database(const core::Config& config) {
  constexpr std::string_view kSqlite = "sqlite://";
  if (!config.database.starts_with(kSqlite)) return {};
  const std::string path = config.database.substr(kSqlite.size());
  if (std::filesystem::exists(path)) return {};
  return fail(ErrorCode::not_found, "there is no database " + path + "; are --config and --state-dir the broker's?");
}

Result<Report> verify_audit(const core::Config& config) {
  WALLE_TRY(has_database(config));
  const auto store = WALLE_TRY(store::Store::open(config.database));
  const int64_t entries = WALLE_TRY(store->verify_audit());
  return Report{"audit log: " + std::to_string(entries) + " entries, chain intact",
                {{"entries", entries}, {"intact", true}}};
}

Result<Report> migrate(const core::Config& config) {
  WALLE_TRY(has_database(config));
  const auto database = WALLE_TRY(store::Database::open(config.database));
  const int64_t version = WALLE_TRY(database->schema_version());
  return Report{"schema version " + std::to_string(version), {{"schema_version", version}}};
}

Result<Report> back_up(const core::Config& config, const std::string& folder) {
  WALLE_TRY(has_database(config));
  WALLE_TRY(backup(config, folder));
  return Report{"backup is in " + folder, {{"backup", folder}}};
}

Result<Report> bring_back(const core::Config& config, const std::string& folder) {
  WALLE_TRY(restore(config, folder));
  return Report{"restored from " + folder, {{"restored", folder}, {"state_dir", config.state_dir}}};
}

int main_of(int argc, char** argv) {
  CLI::App app("The cloud side of Walle: releases tasks to devices and takes their results.", "walle-broker");
  std::string config_path;
  std::string state_dir;
  bool check = false;
  bool json = false;
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
  app.add_flag("--json", json, "What a verb did as one JSON document");
  app.set_version_flag("--version", "walle-broker " WALLE_VERSION);
  app.footer(
      "Without a verb it serves, and prints READY with its addresses.\nExit code: 0 done, 1 refused or failed, 2 "
      "usage.");
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
    std::cerr << "walle-broker: " << usage_message(error.what(), app.remaining(true))
              << "\nTry 'walle-broker --help'.\n";
    return 2;
  }
  const auto config = core::load_config(config_path, state_dir);
  if (!config) return failed(config.error());
  if (check) {
    std::cout << "configuration is good\n";
    return 0;
  }
  if (verify->parsed()) return finished(verify_audit(*config), json);
  if (backing->parsed()) return finished(back_up(*config, folder), json);
  if (restoring->parsed()) return finished(bring_back(*config, folder), json);
  if (migration->parsed()) return finished(migrate(*config), json);
  return serve(*config);
}

}  // namespace
}  // namespace walle::broker

int main(int argc, char** argv) { return walle::broker::main_of(argc, argv); }
