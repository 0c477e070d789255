#include <array>
#include <chrono>
#include <thread>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 2> kArguments{{
    {.name = "RELEASE", .help = "TASK/vX.Y.Z (the newest of it) or a number", .required = true},
    {.name = "--timeout", .value = "TIME", .help = "Give up after it (never)"},
}};

std::string text_of(const Value& row) {
  return row.value("tag", "") + "  " + row.value("state", "") + "  stage " + row.value("stage", "") + "  " +
         row.value("devices", "") + "  " + row.value("reason", "");
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t timeout_us = WALLE_TRY(arguments.duration_us("--timeout", 0));
  const auto start = std::chrono::steady_clock::now();
  const Value first = WALLE_TRY(find_release(context, arguments.text("RELEASE")));
  const std::string counter = std::to_string(WALLE_TRY(get_int(first, "counter")));
  std::string said;
  while (true) {
    const Value release = WALLE_TRY(broker_get(context, "/v1/releases/" + counter));
    const Value row = release_row(release);
    const std::string text = text_of(row);
    if (text != said) context.output().line(release, text);
    said = text;
    const std::string state = release.value("state", "");
    if (state == "released" || state == "superseded") return 0;
    if (state == "rolled_back") return 1;
    if (timeout_us > 0 && std::chrono::steady_clock::now() - start > std::chrono::microseconds(timeout_us))
      return fail(ErrorCode::deadline_exceeded, "the release is still " + state);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

}  // namespace

extern const VerbDef kReleaseWatch;
const VerbDef kReleaseWatch{
    .noun = "release",
    .name = "watch",
    .summary = "Follow a release until it is released or rolled back",
    .details = "Exit code 0 when it is released, 1 when it was rolled back.",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
