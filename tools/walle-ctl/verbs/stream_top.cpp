#include <algorithm>
#include <array>
#include <map>

#include "ipc/channel/channel.h"
#include "ipc/client/stream.h"
#include "libwalle/base/clock.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{{{.name = "--for", .value = "TIME", .help = "How long to watch (5s)"}}};
constexpr std::array<Column, 4> kColumns{
    {{"event", "EVENT"}, {"count", "COUNT"}, {"per_second", "PER SECOND"}, {"last_us", "LAST", Format::time_us}}};

struct Seen {
  int64_t count = 0;
  int64_t last_us = 0;
};

std::vector<Value> table_of(const std::map<std::string, Seen>& seen, double seconds) {
  std::vector<Value> rows;
  for (const auto& [name, each] : seen)
    rows.push_back({{"event", name},
                    {"count", each.count},
                    {"per_second",
                     static_cast<double>(static_cast<int64_t>(static_cast<double>(each.count) / seconds * 100)) / 100},
                    {"last_us", each.last_us}});
  std::stable_sort(rows.begin(), rows.end(), [](const Value& a, const Value& b) { return a["count"] > b["count"]; });
  return rows;
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t span_us = WALLE_TRY(arguments.duration_us("--for", 5'000'000));
  auto connection = WALLE_TRY(connect(context));
  client::Stream stream(connection);
  channel::Channel tail(WALLE_TRY(stream.tail({{"contents", false}})));
  std::map<std::string, Seen> seen;
  const int64_t begin_us = system_clock().monotonic_us();
  for (;;) {
    const int64_t left_us = begin_us + span_us - system_clock().monotonic_us();
    if (left_us <= 0) break;
    auto message = tail.receive(left_us);
    if (!message && message.error().code == ErrorCode::deadline_exceeded) break;
    if (!message) return fail(message.error());
    if (!*message) return fail(ErrorCode::unavailable, "walled ended");
    if (!(*message)->body.contains("event")) continue;
    const Value& event = (*message)->body["event"];
    const std::string page = get_string_or(event, "page", "").value_or("");
    Seen& one = seen[(page.empty() ? "" : page + ".") + get_string_or(event, "id", "").value_or("")];
    ++one.count;
    one.last_us = get_int_or(event, "time_us", 0).value_or(0);
  }
  context.output().table(kColumns, table_of(seen, static_cast<double>(span_us) / 1e6),
                         "no event came; walle-ctl events send FILE sends some");
  return 0;
}

}  // namespace

extern const VerbDef kStreamTop;
const VerbDef kStreamTop{
    .noun = "stream",
    .name = "top",
    .summary = "Count the events that come, by page and id",
    .details = "Example: walle-ctl stream top --for 10s",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
