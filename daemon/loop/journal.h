#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/value.h"

namespace walle::daemon {

enum class Level : uint8_t { debug, info, warning, error };
[[nodiscard]] std::string_view name_of(Level level);
/// `info` for a name that is none.
[[nodiscard]] Level level_from(std::string_view name);

/// A line of the service's log. `task` empty: of the service itself.
struct Line {
  int64_t number = 0;
  int64_t time_us = 0;
  Level level = Level::info;
  std::string task;
  std::string version;
  int64_t run = 0;
  std::string text;
  Value fields = Value::object();
};

/// Where walled logs: to stderr (systemd's journal reads its level prefix), and the last lines in memory for
/// Manager.GetLog. Loop thread only.
class Journal {
 public:
  /// `prefix`: write "<6>" in front of lines, as journald understands it.
  explicit Journal(Level lowest, bool prefix);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  void set_level(Level lowest) { lowest_ = lowest; }
  void debug(std::string text) { add({.level = Level::debug, .text = std::move(text)}); }
  void info(std::string text) { add({.level = Level::info, .text = std::move(text)}); }
  void warning(std::string text) { add({.level = Level::warning, .text = std::move(text)}); }
  void error(std::string text) { add({.level = Level::error, .text = std::move(text)}); }
  /// Texts over 4 KiB and fields over 8 KiB are cut.
  void add(Line line);

  struct Query {
    std::string task;
    Level lowest = Level::debug;
    int64_t after = 0;
    size_t limit = 100;
  };
  /// The newest `limit` lines that fit, oldest first.
  [[nodiscard]] std::vector<Value> read(const Query& query) const;

 private:
  Level lowest_;
  bool prefix_;
  int64_t last_ = 0;
  std::deque<Line> lines_;
};

}  // namespace walle::daemon
