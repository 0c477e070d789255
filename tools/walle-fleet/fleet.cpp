#include "tools/walle-fleet/fleet.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "libwalle/base/file.h"
#include "libwalle/base/parse.h"

namespace walle::fleet {
namespace {

constexpr size_t kEnrolThreads = 4;

std::string name_of_device(const FleetOptions& options, int64_t index) {
  char number[24];
  std::snprintf(number, sizeof(number), "%05lld", static_cast<long long>(index));
  return options.prefix + number;
}

Result<net::Identity> identity_of(const FleetOptions& options, int64_t index) {
  const std::string name = name_of_device(options, index);
  const std::string folder = options.folder + "/" + name;
  if (auto known = net::load_identity(folder)) return known;
  net::EnrolOptions enrol{.url = options.broker, .token = options.token, .ca_file = options.ca_file, .device = name};
  enrol.labels = options.labels;
  enrol.folder = folder;
  return net::enrol(enrol);
}

Result<std::vector<net::Identity>> enrol_all(const FleetOptions& options) {
  std::vector<net::Identity> out(static_cast<size_t>(options.devices));
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  Status status;
  const auto work = [&] {
    for (int64_t i = next++; i < options.devices; i = next++) {
      auto identity = identity_of(options, i);
      if (identity) {
        out[static_cast<size_t>(i)] = std::move(*identity);
        continue;
      }
      const std::lock_guard lock(mutex);
      status = fail(identity.error().with(name_of_device(options, i)));
      next = options.devices;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (size_t i = 0; i < kEnrolThreads; ++i) threads.emplace_back(work);
  }
  if (!status) return fail(status.error());
  return out;
}

double percentile(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<size_t>(share * static_cast<double>(sorted.size() - 1));
  return sorted[at];
}

Value summary_of(const std::vector<std::unique_ptr<Device>>& devices) {
  Counters sum;
  int64_t online = 0;
  Value versions = Value::object();
  std::vector<double> seconds;
  for (const auto& device : devices) {
    const Counters& c = device->counters();
    online += device->online() ? 1 : 0;
    sum.offers += c.offers;
    sum.committed += c.committed;
    sum.rolled_back += c.rolled_back;
    sum.failed += c.failed;
    sum.removed += c.removed;
    sum.connects += c.connects;
    if (c.done_us > c.first_offer_us) seconds.push_back(static_cast<double>(c.done_us - c.first_offer_us) / 1e6);
    for (const auto& task : device->installed()) {
      const std::string key = task.task + "/" + (task.version.empty() ? "none" : task.version);
      Value& row = versions[key];
      if (row.is_null()) row = Value::object();
      row[task.state] = row.value(task.state, 0) + 1;
    }
  }
  std::sort(seconds.begin(), seconds.end());
  return {{"devices", devices.size()},
          {"online", online},
          {"connects", sum.connects},
          {"offers", sum.offers},
          {"committed", sum.committed},
          {"rolled_back", sum.rolled_back},
          {"failed", sum.failed},
          {"removed", sum.removed},
          {"versions", versions},
          {"update_s", {{"p50", percentile(seconds, 0.5)}, {"p95", percentile(seconds, 0.95)}}}};
}

/// Ends the loop when the time is over, or the fleet has come to rest.
class Watcher {
 public:
  Watcher(net::Loop& loop, const FleetOptions& options, const std::vector<std::unique_ptr<Device>>& devices,
          const std::function<void(const std::string&)>& progress)
      : loop_(loop), options_(options), devices_(devices), progress_(progress), timer_(loop) {
    loop.on_terminate([&loop] { loop.stop(); });
    tick();
  }

 private:
  void tick() {
    const Value now = summary_of(devices_);
    if (seconds_ % 5 == 0 || now != last_) {
      progress_("online " + to_json(now["online"]) + "/" + to_json(now["devices"]) + ", committed " +
                to_json(now["committed"]) + ", rolled back " + to_json(now["rolled_back"]) + ", failed " +
                to_json(now["failed"]));
    }
    const bool busy = now != last_;
    last_ = now;
    quiet_ = busy ? 0 : quiet_ + 1;
    const bool moved = now["committed"] != 0 || now["rolled_back"] != 0 || now["failed"] != 0;
    if ((options_.seconds > 0 && seconds_ >= options_.seconds) ||
        (options_.settle_seconds > 0 && moved && quiet_ >= options_.settle_seconds)) {
      return loop_.stop();
    }
    ++seconds_;
    timer_.set(1'000'000, [this] { tick(); });
  }

  net::Loop& loop_;
  const FleetOptions& options_;
  const std::vector<std::unique_ptr<Device>>& devices_;
  const std::function<void(const std::string&)>& progress_;
  net::Loop::Timer timer_;
  int64_t seconds_ = 0, quiet_ = 0;
  Value last_;
};

}  // namespace

Result<Value> run_fleet(const FleetOptions& options, const std::function<void(const std::string&)>& progress) {
  WALLE_TRY(make_folders(options.folder, 0700));
  const int64_t begin = system_clock().monotonic_us();
  std::vector<net::Identity> identities = WALLE_TRY(enrol_all(options));
  progress("enrolled " + std::to_string(identities.size()) + " devices in " +
           format_duration(system_clock().monotonic_us() - begin));
  const std::string root = WALLE_TRY(read_text(identities.at(0).root_file(), bundle::kMaxRoleBytes));
  const bundle::Trust trust = WALLE_TRY(bundle::Trust::pin(root));
  net::Loop loop;
  std::vector<std::unique_ptr<Device>> devices;
  for (net::Identity& identity : identities) {
    devices.push_back(std::make_unique<Device>(loop, std::move(identity), trust, options.behaviour));
    WALLE_TRY(devices.back()->start());
  }
  Value result;
  {
    const Watcher watcher(loop, options, devices, progress);
    loop.run();
    result = summary_of(devices);
  }
  for (const auto& device : devices) device->stop();
  devices.clear();
  return result;
}

std::string table_of(const Value& result) {
  char line[160];
  std::string out = "VERSION                          STATE            DEVICES\n";
  for (const auto& [version, states] : result["versions"].items()) {
    for (const auto& [state, count] : states.items()) {
      std::snprintf(line, sizeof(line), "%-32s %-16s %7lld\n", version.c_str(), state.c_str(),
                    static_cast<long long>(count.get<int64_t>()));
      out += line;
    }
  }
  std::snprintf(line, sizeof(line),
                "\n%lld devices, %lld online; committed %lld, rolled back %lld, failed %lld; offer to end p50 %.2f s, "
                "p95 %.2f s\n",
                static_cast<long long>(result["devices"].get<int64_t>()),
                static_cast<long long>(result["online"].get<int64_t>()),
                static_cast<long long>(result["committed"].get<int64_t>()),
                static_cast<long long>(result["rolled_back"].get<int64_t>()),
                static_cast<long long>(result["failed"].get<int64_t>()), result["update_s"]["p50"].get<double>(),
                result["update_s"]["p95"].get<double>());
  return out + line;
}

}  // namespace walle::fleet
