#include "tools/walle-fleet/simulate/simulate.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cloud-broker/rollout/plan.h"
#include "libwalle/base/digest.h"
#include "tools/walle-fleet/simulate/cloud.h"
#include "tools/walle-fleet/simulate/device.h"

namespace walle::fleet {
namespace {

constexpr const char* kUsualPlan =
    "[[stage]]\nname = \"beta\"\nshare = 0.01\nsoak = \"10m\"\n"
    "[[stage]]\nname = \"gray\"\nshare = 0.1\nsoak = \"10m\"\n"
    "[[stage]]\nname = \"all\"\nshare = 1.0\nsoak = \"10m\"\n";
constexpr const char* kTask = "task";
constexpr const char* kOldVersion = "1.0.0";
constexpr const char* kNewVersion = "1.1.0";
constexpr int64_t kTickUs = 1'000'000;
constexpr int64_t kSampleUs = 15'000'000;

std::string manifest_of(const std::string& version) { return to_hex(sha256(version)); }

rollout::Release release_of(int64_t counter, const std::string& version, rollout::Plan plan, int64_t now_us) {
  rollout::Release out{.counter = counter, .scenario = "simulated", .task = kTask, .version = version};
  out.manifest_sha256 = manifest_of(version);
  out.manifest_bytes = 1024;
  out.plan = std::move(plan);
  out.seed = "simulated/" + version;
  out.created_us = now_us;
  return out;
}

update::TaskRow row_of(const std::string& version) {
  update::TaskRow row{.task = kTask};
  row.current = update::Installed{.scenario = "simulated", .version = version, .counter = 1};
  row.current->manifest = sha256(version);
  row.highest_counter = 1;
  return row;
}

/// Hours, minutes and seconds: "0:22:15".
std::string time_text(int64_t us) {
  const auto seconds = static_cast<long long>(us / 1'000'000);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return text.data();
}

std::string name_of_device(int64_t index) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "sim-%07lld", static_cast<long long>(index));
  return text.data();
}

class Simulation {
 public:
  Simulation(const SimulationOptions& options, const std::function<void(const std::string&)>& progress)
      : options_(options), progress_(progress), world_(options.conditions, options.seed), cloud_(world_, fleet()) {}

  Result<Value> run() {
    const int64_t now = world_.time.clock().wall_us();
    auto plan = WALLE_TRY(rollout::parse_plan(options_.plan.empty() ? kUsualPlan : options_.plan));
    rollout::Release old = release_of(1, kOldVersion, WALLE_TRY(rollout::parse_plan("")), now);
    old.state = rollout::State::released;
    devices_.reserve(static_cast<size_t>(options_.devices));
    for (int64_t i = 0; i < options_.devices; ++i) {
      devices_.push_back(std::make_unique<VirtualDevice>(
          world_, cloud_,
          VirtualIdentity{static_cast<size_t>(i), name_of_device(i), options_.labels, row_of(kOldVersion)}));
      WALLE_TRY(devices_.back()->start());
    }
    cloud_.changed = [this](int64_t epoch) {
      for (const auto& device : devices_) device->nudge(epoch);
    };
    cloud_.moved = [this](const rollout::Release& release, const std::string& event) { note(release, event); };
    WALLE_TRY(cloud_.begin(std::move(old), release_of(2, kNewVersion, std::move(plan), now)));
    tick();
    while (!over_ && world_.time.step(options_.until_us)) {
    }
    sample();
    return result();
  }

 private:
  [[nodiscard]] std::vector<rollout::Device> fleet() const {
    std::vector<rollout::Device> out;
    for (int64_t i = 0; i < options_.devices; ++i) {
      rollout::Device device{.id = name_of_device(i)};
      device.profile = {{"labels", options_.labels}, {"device", device.id}, {"memory_mb", 512}};
      device.tasks[kTask] = {kOldVersion, 1, "active"};
      out.push_back(std::move(device));
    }
    return out;
  }

  void note(const rollout::Release& release, const std::string& event) {
    transitions_.push_back({{"time_us", world_.time.now_us()},
                            {"release", rollout::tag_of(release)},
                            {"counter", release.counter},
                            {"event", event},
                            {"state", rollout::name_of(release.state)},
                            {"stage", release.plan.stages[static_cast<size_t>(release.stage)].name},
                            {"reason", release.reason}});
    progress_(time_text(world_.time.now_us()) + " " + rollout::tag_of(release) + " " + event + ": " + release.reason);
  }

  /// Every virtual second: the broker's own tick, a sample now and then, and the question whether all is done.
  void tick() {
    cloud_.tick();
    if (world_.time.now_us() % kSampleUs == 0) {
      sample();
      over_ = at_rest();
    }
    if (!over_) world_.time.after(kTickUs, [this] { tick(); });
  }

  [[nodiscard]] bool at_rest() {
    const auto state = cloud_.release(2).state;
    const bool open = state == rollout::State::draft || state == rollout::State::simulated ||
                      state == rollout::State::beta || state == rollout::State::gray;
    if (open) return false;
    if (state == rollout::State::paused) return true;
    for (const auto& device : devices_) {
      if (!device->at_rest()) return false;
    }
    return !cloud_.pending();
  }

  void sample() {
    const rollout::Release& release = cloud_.release(2);
    const rollout::Tally total = cloud_.tallies(release).total;
    int64_t newer = 0;
    int64_t older = 0;
    for (const auto& device : devices_) {
      const std::string version = device->version();
      newer += version == kNewVersion ? 1 : 0;
      older += version == kOldVersion ? 1 : 0;
    }
    Value row = {{"time_us", world_.time.now_us()},
                 {"state", rollout::name_of(release.state)},
                 {"stage", release.plan.stages[static_cast<size_t>(release.stage)].name},
                 {"offered", total.offered},
                 {"good", total.good},
                 {"failed", total.failed},
                 {"silent", total.silent},
                 {"new", newer},
                 {"old", older},
                 {"share", static_cast<double>(newer) / static_cast<double>(options_.devices)}};
    if (!coverage_.empty()) {
      Value before = coverage_.back();
      before["time_us"] = row["time_us"];
      if (before == row) return;
    }
    coverage_.push_back(std::move(row));
  }

  [[nodiscard]] Value result() const {
    std::vector<int64_t> times;
    for (const auto& device : devices_) {
      if (device->update_us() > 0) times.push_back(device->update_us());
    }
    std::sort(times.begin(), times.end());
    const auto at = [&times](double share) {
      return times.empty()
                 ? 0.0
                 : static_cast<double>(times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))]) / 1e6;
    };
    const rollout::Release& release = cloud_.release(2);
    return {
        {"devices", options_.devices},
        {"seed", options_.seed},
        {"end_us", world_.time.now_us()},
        {"end", over_ ? "at rest" : "time is over"},
        {"release",
         {{"tag", rollout::tag_of(release)},
          {"state", rollout::name_of(release.state)},
          {"stage", release.plan.stages[static_cast<size_t>(release.stage)].name},
          {"reason", release.reason}}},
        {"coverage", coverage_},
        {"transitions", transitions_},
        {"messages",
         {{"sent", world_.sent}, {"lost", world_.lost}, {"reports", cloud_.reports()}, {"offers", cloud_.offers()}}},
        {"update_s", {{"p50", at(0.5)}, {"p95", at(0.95)}}}};
  }

  const SimulationOptions& options_;
  const std::function<void(const std::string&)>& progress_;
  World world_;
  Cloud cloud_;
  std::vector<std::unique_ptr<VirtualDevice>> devices_;
  Value coverage_ = Value::array(), transitions_ = Value::array();
  bool over_ = false;
};

/// Rows to print: all if there are few, else those at even steps of progress, and the last.
std::vector<const Value*> chosen_rows(const Value& coverage) {
  constexpr size_t kMostRows = 30;
  std::vector<const Value*> out;
  std::string stage;
  double shown = -1;
  const bool all = coverage.size() <= kMostRows;
  for (size_t i = 0; i < coverage.size(); ++i) {
    const Value& row = coverage[i];
    const std::string here = row["state"].get<std::string>() + row["stage"].get<std::string>();
    const double share = row["share"].get<double>();
    const bool far = share - shown >= 0.05 || shown - share >= 0.05;
    if (!all && here == stage && !far && i + 1 != coverage.size()) continue;
    out.push_back(&row);
    stage = here;
    shown = share;
  }
  return out;
}

}  // namespace

Result<Value> simulate(const SimulationOptions& options, const std::function<void(const std::string&)>& progress) {
  return Simulation(options, progress).run();
}

std::string simulation_table(const Value& result) {
  std::array<char, 200> line{};
  const auto number = [](const Value& row, const char* key) { return static_cast<long long>(row[key].get<int64_t>()); };
  std::string out =
      "TIME       STATE        STAGE             OFFERED     GOOD   FAILED   SILENT      NEW      OLD  COVERED\n";
  for (const Value* row : chosen_rows(result["coverage"])) {
    std::snprintf(line.data(), line.size(), "%-10s %-12s %-16.16s %8lld %8lld %8lld %8lld %8lld %8lld  %5.1f %%\n",
                  time_text((*row)["time_us"].get<int64_t>()).c_str(), (*row)["state"].get<std::string>().c_str(),
                  (*row)["stage"].get<std::string>().c_str(), number(*row, "offered"), number(*row, "good"),
                  number(*row, "failed"), number(*row, "silent"), number(*row, "new"), number(*row, "old"),
                  100 * (*row)["share"].get<double>());
    out += line.data();
  }
  const Value& messages = result["messages"];
  std::snprintf(
      line.data(), line.size(),
      "\n%lld devices, seed %lld: %s after %s; an update took p50 %.1f s, p95 %.1f s; %lld messages, %lld lost\n",
      number(result, "devices"), number(result, "seed"), result["end"].get<std::string>().c_str(),
      time_text(result["end_us"].get<int64_t>()).c_str(), result["update_s"]["p50"].get<double>(),
      result["update_s"]["p95"].get<double>(), number(messages, "sent"), number(messages, "lost"));
  const Value& release = result["release"];
  return out + line.data() + release["tag"].get<std::string>() + " is " + release["state"].get<std::string>() + ": " +
         release["reason"].get<std::string>() + "\n";
}

}  // namespace walle::fleet
