#include "daemon/main/app.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/utsname.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "daemon/bus/version.h"
#include "daemon/models/engine.h"
#include "libwalle/base/base64.h"
#include "libwalle/base/file.h"

namespace walle::daemon {
namespace {

/// The numbers of the users that may do everything: root, ourselves, and those of the configuration.
std::vector<uint32_t> admins_of(const Config& config, Journal& journal) {
  std::vector<uint32_t> admins{0, ::getuid()};
  for (const std::string& user : config.admin_users) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), number);
    if (error == std::errc() && end == user.data() + user.size()) {
      admins.push_back(number);
    } else if (const passwd* entry = ::getpwnam(user.c_str()); entry != nullptr) {
      admins.push_back(entry->pw_uid);
    } else {
      journal.warning("admin_users: there is no user '" + user + "'");
    }
  }
  return admins;
}

/// A program that was installed beside this one.
std::string beside(const char* name) {
  std::error_code error;
  return (std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / name).string();
}

std::string random_id() {
  std::random_device random;
  std::array<uint8_t, 8> bytes{};
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return "device-" + hex_encode(bytes);
}

}  // namespace

App::~App() = default;

Result<std::unique_ptr<App>> App::create(Config config, Journal& journal) {
  std::unique_ptr<App> app(new App(std::move(config), journal));
  WALLE_TRY(make_folders(app->config_.state_dir, 0700));
  WALLE_TRY(make_folders(app->config_.runtime_dir, 0700));
  WALLE_TRY(app->lock());
  app->loop_ = WALLE_TRY(Loop::create());
  WALLE_TRY(app->open_stores());
  WALLE_TRY(app->open_tasks());
  app->wire();
  WALLE_TRY(app->net_->listen());
  WALLE_TRY(app->pipeline_->start());
  App* raw = app.get();
  app->server_ = WALLE_TRY(bus::Server::open(app->config_.bus, *app->service_, [raw] {
    raw->lost_ = true;
    raw->loop_->stop();
  }));
  return app;
}

/// Two walled on one state would each believe that they are alone.
Status App::lock() {
  const std::string path = config_.state_dir + "/walled.lock";
  lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) return fail(system_error("open", path));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::already_exists, "another walled uses '" + config_.state_dir +
                                               "'; stop it, or take another "
                                               "--state-dir");
  return {};
}

Status App::open_stores() {
  const Clock& clock = system_clock();
  const std::string& state = config_.state_dir;
  log_ = WALLE_TRY(streamd::EventLog::open(
      {.path = state + "/events.db", .max_bytes = config_.log_bytes, .max_age_us = config_.log_age_us}, clock));
  store_ = WALLE_TRY(streamd::Store::open({.path = state + "/rows.db", .max_bytes = config_.store_bytes}, clock));
  spool_ = WALLE_TRY(streamd::Spool::open({.path = state + "/spool.db", .max_bytes = config_.spool_bytes}, clock));
  registry_ = WALLE_TRY(Registry::open(state, clock));
  for (const std::string& notice : {log_->notice(), store_->notice(), spool_->notice(), registry_->notice()})
    if (!notice.empty()) journal_.error(notice);
  return {};
}

/// What tasks see as ctx.device: the labels of the configuration and what the machine is.
Result<Value> App::device() {
  if (config_.device_id.empty()) {
    const std::string path = config_.state_dir + "/device-id";
    auto known = read_text(path, 256);
    if (!known) {
      known = random_id();
      WALLE_TRY(write_file_atomically(path, *known, 0600));
    }
    config_.device_id = *known;
  }
  utsname machine{};
  ::uname(&machine);
  Value device = config_.labels;
  device["id"] = config_.device_id;
  device["arch"] = machine.machine;
  device["cores"] = std::thread::hardware_concurrency();
  return device;
}

Status App::open_tasks() {
  const Value labels = WALLE_TRY(device());
  const Clock& clock = system_clock();
  SupervisorOptions options;
  options.vmd = config_.vmd.empty() ? beside("walle-vmd") : config_.vmd;
  options.stdlib = config_.stdlib;
  options.profile = config_.state_dir + "/profile.json";
  if (const auto used = use_device_profile(options.profile); !used) journal_.warning(used.error().message);
  options.device = labels;
  options.max_time_us = config_.max_time_us;
  options.max_memory_bytes = config_.max_memory_bytes;
  calls_ = std::make_unique<HostCalls>(*log_, *store_, *spool_);
  supervisor_ = std::make_unique<Supervisor>(*loop_, journal_, *registry_, clock, std::move(options));
  pipeline_ = std::make_unique<Pipeline>(*loop_, journal_, *registry_, *supervisor_, *log_, clock, config_.lateness_us);
  models_ = std::make_unique<Models>(*loop_, ModelLimits{});
  NetOptions net{.socket = config_.runtime_dir + "/net.sock", .root = config_.trust_root, .device = labels};
  if (net.root.empty()) net.root = config_.state_dir + "/net/identity/root.json";
  net_ = std::make_unique<NetLink>(*loop_, journal_, *registry_, *pipeline_, *spool_, std::move(net));
  tails_ = std::make_unique<bus::Tails>(*loop_);
  quota_ = std::make_unique<bus::Quota>(clock, bus::Quota::Limits{});
  service_ = std::make_unique<Service>(Service{*loop_,
                                               journal_,
                                               *registry_,
                                               *supervisor_,
                                               *pipeline_,
                                               *models_,
                                               *net_,
                                               *log_,
                                               *store_,
                                               *spool_,
                                               *tails_,
                                               *quota_,
                                               clock,
                                               labels,
                                               admins_of(config_, journal_),
                                               clock.monotonic_us(),
                                               {}});
  return {};
}

void App::wire() {
  calls_->spooled = [this] { net_->send_features(); };
  supervisor_->serve = [this](const HostCall& call) {
    auto answer = calls_->serve(call);
    arm_store();
    return answer;
  };
  supervisor_->finished = [this](const Value& record) {
    if (registry_->behind() > 0) pipeline_->catch_up_soon();
    tails_->run(record);
    if (server_) server_->run_finished(record);
  };
  supervisor_->idle = [this] {
    std::vector<std::function<void()>> waiting;
    waiting.swap(service_->drains);
    for (const auto& done : waiting) done();
  };
  pipeline_->accepted = [this](const streamd::LoggedEvent& event) { tails_->event(event); };
  registry_->changed = [this](const std::string& task, const Installed* installed) {
    journal_.info(installed == nullptr ? "task " + task + " removed"
                                       : "task " + task + " " + installed->row.key.version + " is current, " +
                                             std::string(name_of(installed->row.state)));
    pipeline_->changed(task, installed);
    net_->send_profile();
    if (server_) server_->task_changed(task, installed);
    arm_probations();
  };
  registry_->judged = [this](const VersionRow& row) {
    journal_.info("task " + row.key.task + " " + row.key.version + ": probation " + std::string(name_of(row.state)) +
                  ": " + row.reason);
    net_->send_verdict(row);
  };
  net_->changed = [this] {
    journal_.info("link to the cloud: " + net_->state() + " " + net_->detail());
    if (server_) server_->link_changed(net_->state(), net_->detail());
  };
  arm_probations();
}

void App::arm_probations() {
  // From the loop, because the registry may be in the middle of a change that brought us here.
  probations_ = loop_->after(0, [this] {
    const int64_t due_us = registry_->check_probations();
    if (due_us == INT64_MAX) return;
    const int64_t delay_us = std::clamp<int64_t>(due_us - system_clock().wall_us(), 1'000, 60'000'000);
    probations_ = loop_->after(delay_us, [this] { arm_probations(); });
  });
}

/// Rows that are buffered get written when they have grown old enough.
void App::arm_store() {
  const int64_t due_us = store_->next_deadline_us();
  if (due_us == INT64_MAX || store_timer_) return;
  store_timer_ = loop_->after(std::max<int64_t>(0, due_us - system_clock().monotonic_us()), [this] {
    store_timer_.reset();
    if (auto done = store_->advance(); !done) journal_.error("rows: " + done.error().message);
    arm_store();
  });
}

void App::notify_ready() {
  ::sd_notifyf(0, "READY=1\nSTATUS=%zu tasks", registry_->tasks().size());
  uint64_t watchdog_us = 0;
  if (::sd_watchdog_enabled(0, &watchdog_us) > 0) {
    const auto period_us = static_cast<int64_t>(watchdog_us / 3);
    registrations_.push_back(loop_->after(
        period_us, [] { ::sd_notify(0, "WATCHDOG=1"); }, period_us));
  }
}

void App::reload(const std::function<Result<Config>()>& read) {
  ::sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", static_cast<long long>(system_clock().monotonic_us()));
  auto fresh = read();
  if (!fresh) {
    journal_.error("the configuration stays as it was: " + fresh.error().message);
  } else {
    config_.admin_users = fresh->admin_users;
    service_->admins = admins_of(config_, journal_);
    journal_.set_level(fresh->log_level);
    journal_.info("configuration read again: log_level and admin_users hold now, the rest after a restart");
  }
  ::sd_notify(0, "READY=1");
}

Status App::run(std::function<Result<Config>()> reload_config) {
  registrations_.push_back(loop_->on_signal(SIGTERM, [this] { loop_->stop(); }));
  registrations_.push_back(loop_->on_signal(SIGINT, [this] { loop_->stop(); }));
  registrations_.push_back(loop_->on_signal(SIGHUP, [this, reload_config] { reload(reload_config); }));
  notify_ready();
  journal_.info(std::string("walled ") + kVersion + " serves on " + config_.bus + " with " +
                std::to_string(registry_->tasks().size()) + " tasks");
  loop_->run();
  ::sd_notify(0, "STOPPING=1");
  if (auto written = store_->flush(streamd::Durability::commit); !written)
    journal_.error("rows: " + written.error().message);
  if (lost_) return fail(ErrorCode::unavailable, "the bus broke off");
  return {};
}

}  // namespace walle::daemon
