#include "tools/walle-ctl/frame/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "libwalle/base/clock.h"
#include "libwalle/base/parse.h"

namespace walle::ctl {
namespace {

constexpr size_t kNarrowest = 6;

size_t terminal_width(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 0;
}

/// Columns that a text takes on a terminal: its code points (no wide ones are expected in names and numbers).
size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string shortened(std::string_view text, size_t width) {
  if (columns_of(text) <= width) return std::string(text);
  size_t taken = 0;
  size_t end = 0;
  while (end < text.size() && taken + 1 < width) {
    ++end;
    while (end < text.size() && (text[end] & 0xc0) == 0x80) ++end;
    ++taken;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string time_text(int64_t us) {
  const std::time_t seconds = static_cast<std::time_t>(us / 1'000'000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return text.data();
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

}  // namespace

std::string cell(const Value& value, Format format) {
  if (value.is_null()) return "-";
  if (value.is_number_integer()) {
    const int64_t number = value.get<int64_t>();
    if (format == Format::bytes) return format_bytes(number);
    if (format == Format::duration_us) return format_duration(number);
    if (format == Format::time_us) return number == 0 ? "-" : time_text(number);
  }
  if (value.is_number() && format == Format::percent) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", value.get<double>() * 100);
    return text.data();
  }
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return one_line(value.get<std::string>());
  if (value.is_array() && std::all_of(value.begin(), value.end(), [](const Value& v) { return v.is_string(); })) {
    std::string text;
    for (const Value& part : value) text += (text.empty() ? "" : ", ") + part.get<std::string>();
    return one_line(text);
  }
  return one_line(to_json(value));
}

std::string format_table(std::span<const Column> columns, const std::vector<Value>& rows, size_t width) {
  std::vector<std::vector<std::string>> cells;
  cells.emplace_back();
  for (const Column& column : columns) cells.back().emplace_back(column.title);
  for (const Value& row : rows) {
    cells.emplace_back();
    for (const Column& column : columns) {
      const auto found = row.find(column.key);
      cells.back().push_back(found == row.end() ? "-" : cell(*found, column.format));
    }
  }
  std::vector<size_t> widths(columns.size(), 0);
  for (const auto& line : cells)
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], columns_of(line[i]));
  size_t total = 2 * (columns.size() - std::min<size_t>(1, columns.size()));
  for (const size_t w : widths) total += w;
  while (width != 0 && total > width) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) break;
    --*widest;
    --total;
  }
  std::string text;
  for (const auto& line : cells) {
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string part = shortened(line[i], widths[i]);
      text += part;
      if (i + 1 < line.size()) text.append(widths[i] - columns_of(part) + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

Output::Output(bool json, int fd)
    : json_(json), terminal_(::isatty(fd) == 1), fd_(fd), width_(terminal_ ? terminal_width(fd) : 0) {}

void Output::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd_, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void Output::table(std::span<const Column> columns, const std::vector<Value>& rows, std::string_view nothing) {
  if (json_) return document(Value(rows));
  if (rows.empty()) return say(nothing);
  const std::string text = format_table(columns, rows, width_);
  const bool colour = terminal_ && std::getenv("NO_COLOR") == nullptr;
  if (!colour) return write(text);
  const size_t title = text.find('\n');
  write("\033[1m" + text.substr(0, title) + "\033[0m" + text.substr(title));
}

void Output::record(std::span<const Column> columns, const Value& row) {
  if (json_) return document(row);
  size_t widest = 0;
  for (const Column& column : columns) widest = std::max(widest, columns_of(column.title));
  std::string text;
  for (const Column& column : columns) {
    const auto found = row.find(column.key);
    if (found == row.end()) continue;
    text += std::string(column.title);
    text.append(widest - columns_of(column.title) + 2, ' ');
    text += cell(*found, column.format) + "\n";
  }
  write(text);
}

void Output::document(const Value& value) { write(to_json(value, json_ ? -1 : 2) + "\n"); }

void Output::line(const Value& value, std::string_view text) {
  write(json_ ? to_json(value) + "\n" : std::string(text) + "\n");
}

void Output::say(std::string_view text) {
  if (!json_ && !text.empty()) write(std::string(text) + "\n");
}

void note(std::string_view text) {
  const std::string line = "walle-ctl: " + std::string(text) + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

Progress::Progress(std::string title) : title_(std::move(title)), shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (shown_ && last_us_ != 0) std::fputs("\r\033[K", stderr);
}

void Progress::update(int64_t done, int64_t total, std::string_view detail) {
  const int64_t now_us = system_clock().monotonic_us();
  if (!shown_ || (now_us - last_us_ < 100'000 && done != total)) return;
  last_us_ = now_us;
  std::string line = title_ + " ";
  if (total > 0) {
    const auto filled = static_cast<size_t>(20 * std::clamp<int64_t>(done, 0, total) / total);
    line += "[" + std::string(filled, '#') + std::string(20 - filled, '.') + "] " +
            std::to_string(100 * std::clamp<int64_t>(done, 0, total) / total) + " % ";
  }
  line += detail;
  const size_t width = terminal_width(STDERR_FILENO);
  std::fprintf(stderr, "\r\033[K%s", shortened(line, width == 0 ? 79 : width - 1).c_str());
  std::fflush(stderr);
}

}  // namespace walle::ctl
