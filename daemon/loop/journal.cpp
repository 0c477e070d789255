#include "daemon/loop/journal.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "libwalle/base/clock.h"

namespace walle::daemon {
namespace {

constexpr size_t kKeptLines = 2000;
constexpr size_t kTextBytes = 4096;
constexpr size_t kFieldBytes = 8192;

struct LevelRow {
  Level level;
  std::string_view name;
  std::string_view prefix;  // syslog's number, as journald reads it from stderr
  spdlog::level::level_enum sink;
};
constexpr std::array<LevelRow, 4> kLevels{{
    {Level::debug, "debug", "<7>", spdlog::level::debug},
    {Level::info, "info", "<6>", spdlog::level::info},
    {Level::warning, "warning", "<4>", spdlog::level::warn},
    {Level::error, "error", "<3>", spdlog::level::err},
}};

const LevelRow& row_of(Level level) { return kLevels[static_cast<size_t>(level)]; }

spdlog::logger& sink() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("walled", std::make_shared<spdlog::sinks::stderr_sink_st>());
    made->set_level(spdlog::level::debug);
    made->set_pattern("%v");
    return made;
  }();
  return *logger;
}

}  // namespace

std::string_view name_of(Level level) { return row_of(level).name; }

Level level_from(std::string_view name) {
  const auto found =
      std::find_if(kLevels.begin(), kLevels.end(), [&](const LevelRow& row) { return row.name == name; });
  return found == kLevels.end() ? Level::info : found->level;
}

Journal::Journal(Level lowest, bool prefix) : lowest_(lowest), prefix_(prefix) {}
Journal::~Journal() = default;

void Journal::add(Line line) {
  if (line.text.size() > kTextBytes) line.text = line.text.substr(0, kTextBytes) + "…";
  if (!line.fields.is_object() ||
      line.fields.dump(-1, ' ', false, Value::error_handler_t::replace).size() > kFieldBytes)
    line.fields = Value::object();
  line.number = ++last_;
  line.time_us = system_clock().wall_us();
  if (line.level >= lowest_) {
    std::string text = prefix_ ? std::string(row_of(line.level).prefix) : std::string(name_of(line.level)) + ": ";
    if (!line.task.empty()) text += "[" + line.task + " " + line.version + " run " + std::to_string(line.run) + "] ";
    text += line.text;
    if (!line.fields.empty()) text += " " + to_json(line.fields);
    std::replace(text.begin(), text.end(), '\n', ' ');
    sink().log(row_of(line.level).sink, text);
    sink().flush();
  }
  lines_.push_back(std::move(line));
  if (lines_.size() > kKeptLines) lines_.pop_front();
}

std::vector<Value> Journal::read(const Query& query) const {
  std::vector<Value> found;
  for (auto line = lines_.rbegin(); line != lines_.rend() && found.size() < query.limit; ++line) {
    if (line->number <= query.after) break;
    if (line->level < query.lowest || (!query.task.empty() && line->task != query.task)) continue;
    found.push_back({{"number", line->number},
                     {"time_us", line->time_us},
                     {"level", name_of(line->level)},
                     {"task", line->task},
                     {"version", line->version},
                     {"run", line->run},
                     {"text", line->text},
                     {"fields", line->fields}});
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace walle::daemon
