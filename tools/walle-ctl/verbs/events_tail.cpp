#include <array>

#include "ipc/channel/channel.h"
#include "ipc/client/stream.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 4> kArguments{
    {{.name = "--runs", .help = "Also show the runs that end"},
     {.name = "--page", .value = "PAGE", .help = "Only events of this page"},
     {.name = "--contents", .help = "With the events' contents"},
     {.name = "--count", .value = "N", .help = "End after N lines"}}};

std::string text_of(const Value& message) {
  if (message.contains("event")) {
    const Value& event = message["event"];
    const std::string page = get_string_or(event, "page", "").value_or("");
    return cell(event.value("time_us", Value()), Format::time_us) + "  " + (page.empty() ? "" : page + ".") +
           get_string_or(event, "id", "").value_or("") +
           (event.contains("contents") && !event["contents"].empty() ? "  " + to_json(event["contents"]) : "");
  }
  if (message.contains("record")) {
    const Value& record = message["record"];
    return cell(record.value("started_us", Value()), Format::time_us) + "  run " +
           cell(record.value("run", Value()), Format::plain) + " of " + get_string_or(record, "task", "").value_or("") +
           ": " + get_string_or(record, "status", "").value_or("");
  }
  return "(" + cell(message.value("count", Value()), Format::plain) + " lines lost: this reader is too slow)";
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t count = WALLE_TRY(arguments.integer("--count", 0, 1, INT64_MAX));
  auto connection = WALLE_TRY(connect(context));
  client::Stream stream(connection);
  Value options{{"runs", arguments.has("--runs")}, {"contents", arguments.has("--contents")}};
  if (arguments.has("--page")) options["page"] = arguments.text("--page");
  channel::Channel tail(WALLE_TRY(stream.tail(std::move(options))));
  for (int64_t shown = 0; count == 0 || shown < count; ++shown) {
    auto message = WALLE_TRY(tail.receive());
    if (!message) return fail(ErrorCode::unavailable, "walled ended");
    context.output().line(message->body, text_of(message->body));
  }
  return 0;
}

}  // namespace

extern const VerbDef kEventsTail;
const VerbDef kEventsTail{
    .noun = "events",
    .name = "tail",
    .summary = "Follow the events that the device accepts",
    .details = "Example: walle-ctl events tail --runs --page reader",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
