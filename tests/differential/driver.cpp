// random_graphs: reads random graphs from standard input, runs each in every variant of the engine and prints a line
// for each: "ok", "unsupported MESSAGE" or "wrong MESSAGE". `run.py` is at the other end.
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "tests/differential/compare.h"

int main() {
  std::ios::sync_with_stdio(false);
  while (true) {
    const auto record = walle::differential::read_record(std::cin);
    if (!record) {
      std::fprintf(stderr, "%s\n", record.error().message.c_str());
      return 1;
    }
    if (!*record) return 0;
    const auto status = walle::differential::run_record(**record);
    std::string line = "ok";
    if (!status) {
      line = status.error().code == walle::ErrorCode::unsupported ? "unsupported " : "wrong ";
      line += status.error().message;
      std::replace(line.begin(), line.end(), '\n', ' ');
    }
    std::puts(line.c_str());
    std::fflush(stdout);
  }
}
