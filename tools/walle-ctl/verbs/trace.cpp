#include <array>

#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "ipc/client/tunnel.h"
#include "tools/walle-ctl/device/device.h"
#include "tools/walle-ctl/device/task_session.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 1> kArguments{
    {{.name = "RUN", .help = "Number of a run: see walle-ctl task records", .required = true}}};
constexpr size_t kMostEvents = 256;

/// The events that fired the run, as far as the log still has them.
Result<Value> events_of(client::Connection& connection, const Value& record) {
  client::Stream stream(connection);
  Value events = Value::array();
  for (const Value& number : record.value("events", Value::array())) {
    if (events.size() >= kMostEvents) break;
    auto found = WALLE_TRY(stream.events({{"from", number}, {"limit", 1}}));
    if (!found.empty() && found[0]["number"] == number) events.push_back(std::move(found[0]));
  }
  return events;
}

Result<Value> lines_of(client::Connection& connection, const Value& record) {
  client::Manager manager(connection);
  Value lines = Value::array();
  for (Value& line : WALLE_TRY(manager.get_log({{"task", record["task"]}, {"level", "debug"}, {"limit", 1000}})))
    if (line.value("run", Value()) == record["run"]) lines.push_back(std::move(line));
  return lines;
}

/// Features of the run that wait for the cloud; their ids name it.
Result<Value> features_of(client::Connection& connection, const Value& record) {
  client::Tunnel tunnel(connection);
  const std::string part = "-" + to_json(record["run"]) + "-";
  Value features = Value::array();
  for (Value& feature : WALLE_TRY(tunnel.pending({{"limit", 1000}}))) {
    const std::string id = get_string_or(feature, "id", "").value_or("");
    if (id.starts_with("run-") && id.find(part) != std::string::npos) features.push_back(std::move(feature));
  }
  return features;
}

void show(Output& output, const Value& trace) {
  const Value& record = trace["record"];
  const auto of = [&](const char* key, Format format) { return cell(record.value(key, Value()), format); };
  output.say("run " + of("run", Format::plain) + " of " + of("task", Format::plain) + " " +
             of("version", Format::plain) + ": " + of("status", Format::plain) + " after " +
             of("time_us", Format::duration_us) + ", " + of("memory_bytes", Format::bytes) + " at most");
  if (const std::string condition = of("condition", Format::plain); !condition.empty())
    output.say("fired by  " + condition);
  for (const Value& event : trace["events"]) {
    const std::string page = get_string_or(event, "page", "").value_or("");
    output.say("  " + cell(event.value("time_us", Value()), Format::time_us) + "  " + (page.empty() ? "" : page + ".") +
               get_string_or(event, "id", "").value_or("") + "  (event " + to_json(event["number"]) + ")");
  }
  output.say("started   " + of("started_us", Format::time_us));
  for (const Value& line : trace["log"])
    output.say("  " + cell(line.value("time_us", Value()), Format::time_us) + "  " +
               get_string_or(line, "level", "").value_or("") + "  " + get_string_or(line, "text", "").value_or("") +
               (line.contains("fields") && !line["fields"].empty() ? "  " + to_json(line["fields"]) : ""));
  if (record.value("status", "") == "ok")
    output.say("result    " + to_json(record.value("result", Value())));
  else
    output.say("error     " + failure_text(record));
  output.say(std::to_string(trace["features"].size()) + " of its features wait for the cloud");
}

Result<int> run(Context& context, const Arguments& arguments) {
  const int64_t number = WALLE_TRY(arguments.integer("RUN", 0, 1, INT64_MAX));
  auto connection = WALLE_TRY(connect(context));
  client::Tasks tasks(connection);
  auto records = WALLE_TRY(tasks.records("", {{"run", number}}));
  if (records.empty())
    return fail(ErrorCode::not_found, "no run " + std::to_string(number) + " has ended; see walle-ctl task records");
  Value trace{{"record", std::move(records[0])}};
  trace["events"] = WALLE_TRY(events_of(connection, trace["record"]));
  trace["log"] = WALLE_TRY(lines_of(connection, trace["record"]));
  trace["features"] = WALLE_TRY(features_of(connection, trace["record"]));
  if (context.json())
    context.output().document(trace);
  else
    show(context.output(), trace);
  return 0;
}

}  // namespace

extern const VerbDef kTrace;
const VerbDef kTrace{
    .noun = "",
    .name = "trace",
    .summary = "Follow one run: the events that fired it, what it logged, what it gave",
    .details = "Example: walle-ctl task records ocr; walle-ctl trace 12",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
