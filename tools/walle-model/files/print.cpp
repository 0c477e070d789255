#include "tools/walle-model/files/print.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace walle::workbench {
namespace {

size_t terminal_width() {
  winsize size{};
  return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows, size_t width) {
  if (width == 0) width = terminal_width();
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    if (width > 3 && line.size() > width) line = line.substr(0, width - 3) + "...";
    out += line + '\n';
  }
  return out;
}

void print_json(const Value& value) { std::cout << to_json(value) << '\n'; }

std::string microseconds(double us) {
  char buffer[32];
  if (us < 1000) {
    std::snprintf(buffer, sizeof buffer, us < 100 ? "%.1f us" : "%.0f us", us);
  } else if (us < 1e6) {
    std::snprintf(buffer, sizeof buffer, us < 1e5 ? "%.2f ms" : "%.0f ms", us / 1e3);
  } else {
    std::snprintf(buffer, sizeof buffer, "%.2f s", us / 1e6);
  }
  return buffer;
}

}  // namespace walle::workbench
