#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/value.h"

namespace walle::ctl {

/// How a member of a row is written for people.
enum class Format : uint8_t { plain, bytes, duration_us, time_us, percent };

/// A column of a table: the key in each row's map, its title, and how it is written.
struct Column {
  std::string_view key;
  std::string_view title;
  Format format = Format::plain;
};

/// stdout of a verb: text for people, or with --json documents for programs and nothing else. Colours only on a
/// terminal without NO_COLOR. Not thread-safe.
class Output {
 public:
  Output(bool json, int fd);

  [[nodiscard]] bool json() const { return json_; }
  [[nodiscard]] bool terminal() const { return terminal_; }

  /// A list of maps: a table that fits the terminal (the widest columns are shortened), or one JSON list of the maps.
  /// `nothing` is said when there are no rows.
  void table(std::span<const Column> columns, const std::vector<Value>& rows, std::string_view nothing);
  /// One map: "title  value" lines in the columns' order, or one JSON object.
  void record(std::span<const Column> columns, const Value& row);
  /// One JSON document; people get it indented.
  void document(const Value& value);
  /// One of a stream: `value` on a line of its own with --json, else `text`.
  void line(const Value& value, std::string_view text);
  /// A sentence for people; left out with --json.
  void say(std::string_view text);

 private:
  void write(std::string_view text);

  bool json_;
  bool terminal_;
  int fd_;
  size_t width_;
};

/// What a person sees of one value.
[[nodiscard]] std::string cell(const Value& value, Format format);

/// The lines of a table not wider than `width` (0: without bound).
[[nodiscard]] std::string format_table(std::span<const Column> columns, const std::vector<Value>& rows, size_t width);

/// A note to a person on stderr ("walle-ctl: …").
void note(std::string_view text);

/// A line on stderr that moves while something long is done; nothing when stderr is not a terminal. Ends itself.
class Progress {
 public:
  explicit Progress(std::string title);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// `total` 0: unknown.
  void update(int64_t done, int64_t total, std::string_view detail = "");

 private:
  std::string title_;
  bool shown_;
  int64_t last_us_ = 0;
};

}  // namespace walle::ctl
