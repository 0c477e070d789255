#include <iostream>
#include <map>

#include "libwalle/base/parse.h"
#include "libwalle/session/model.h"
#include "tools/walle-model/command_line.h"
#include "tools/walle-model/files/load.h"
#include "tools/walle-model/files/print.h"
#include "tools/walle-model/verb.h"

namespace walle::workbench {
namespace {

struct Options {
  ModelArguments source;
  SessionArguments session;
  std::string step;
  bool measure = false;
  bool passes = false;
  bool json = false;
};

std::string text(const Value& map, const char* key) {
  const auto it = map.find(key);
  if (it == map.end() || it->is_null()) return "-";
  return it->is_string() ? it->get<std::string>() : to_json(*it);
}

std::string time_text(const Value& map, const char* key) {
  const auto it = map.find(key);
  return it == map.end() || !it->is_number() ? "-" : microseconds(it->get<double>());
}

void print_steps(const Value& plan) {
  std::vector<std::vector<std::string>> rows = {{"#", "predicted", "measured", "kernel", "problem", "node"}};
  size_t number = 0;
  for (const Value& step : plan.value("steps", Value::array())) {
    rows.push_back({std::to_string(number++), time_text(step, "predicted_us"), time_text(step, "measured_us"),
                    text(step, "kernel"), text(step, "problem"), text(step, "name")});
  }
  std::cout << table(rows);
}

/// What became of each transform; then the sums: traffic that was saved, and that is left ("materialised").
void print_rasters(const Value& plan) {
  std::map<std::string, std::pair<int, int64_t>> kinds;
  std::vector<std::vector<std::string>> each = {{"transform became", "bytes", "node"}};
  for (const Value& raster : plan.value("rasters", Value::array())) {
    const std::string became = text(raster, "became");
    const auto moved = raster.value("bytes", int64_t{0});
    each.push_back({became, format_bytes(moved), text(raster, "name")});
    auto& [count, bytes] = kinds[became];
    ++count;
    bytes += moved;
  }
  if (each.size() > 1) std::cout << '\n' << table(each);
  std::vector<std::vector<std::string>> sums = {{"transforms became", "count", "bytes"}};
  int64_t saved = 0;
  for (const auto& [kind, sum] : kinds) {
    sums.push_back({kind, std::to_string(sum.first), format_bytes(sum.second)});
    if (kind != "materialised") saved += sum.second;
  }
  std::cout << '\n'
            << table(sums) << "traffic saved " << format_bytes(saved) << ", left "
            << format_bytes(kinds["materialised"].second) << '\n';
}

void print_memory(const Value& plan) {
  const Value memory = plan.value("memory", Value::object());
  std::cout << "\narena " << format_bytes(memory.value("arena_bytes", int64_t{0})) << ", weights "
            << format_bytes(memory.value("weight_bytes", int64_t{0})) << ", packed weights "
            << format_bytes(memory.value("packed_bytes", int64_t{0})) << ", planned in " << time_text(plan, "plan_us")
            << '\n';
}

/// Prints everything about the steps whose node's name holds `name`: candidates that lost and why others refused.
/// Returns how many there are.
int count_detail(const Value& plan, const std::string& name) {
  int found = 0;
  for (const Value& step : plan.value("steps", Value::array())) {
    if (text(step, "name").find(name) == std::string::npos) continue;
    ++found;
    std::cout << text(step, "name") << " (" << text(step, "op") << ")\n  " << text(step, "problem") << "\n  chosen   "
              << text(step, "kernel") << " on " << text(step, "backend") << ": predicted "
              << time_text(step, "predicted_us") << ", measured " << time_text(step, "measured_us") << '\n';
    for (const Value& loser : step.value("losers", Value::array()))
      std::cout << "  lost     " << text(loser, "kernel") << ": " << time_text(loser, "predicted_us") << '\n';
    for (const Value& refusal : step.value("refusals", Value::array()))
      std::cout << "  refused  " << text(refusal, "kernel") << ": " << text(refusal, "reason") << '\n';
  }
  return found;
}

/// The exit status of a search for steps.
int said(int found, const std::string& name) {
  if (found == 0) std::cerr << "walle-model: no step has '" << name << "' in its name\n";
  return found == 0 ? 1 : 0;
}

/// The node whose block a stage runs, and the nodes of its steps.
std::string stage_text(const Value& stage) {
  std::string out = stage.value("inside", "");
  for (const Value& step : stage.value("steps", Value::array())) out += '\n' + text(step, "name");
  return out;
}

/// A run in stages: each stage's plan, what was carried out after it, and what was left. Stages of a loop that differ
/// in shapes alone are shown once.
void print_stages(const Value& run) {
  size_t number = 0;
  std::map<std::string, size_t> shown;
  for (const Value& stage : run.value("stages", Value::array())) {
    const std::string inside = stage.value("inside", "");
    std::cout << "stage " << number << (inside.empty() ? "" : " in " + inside) << ", run " << text(stage, "runs")
              << " times, " << text(stage, "left") << " nodes left";
    const auto [like, added] = shown.emplace(stage_text(stage), number++);
    std::cout << (added ? "\n" : ", as stage " + std::to_string(like->second) + " with other shapes\n");
    if (added && stage.contains("steps")) print_steps(stage);
    for (const Value& node : stage.value("carried", Value::array()))
      std::cout << "carried out: " << text(node, "op") << "  " << text(node, "name") << '\n';
  }
}

Result<int> print_passes(const engine::Model& model, const std::vector<engine::NamedValue>& inputs,
                         const Options& options) {
  const auto session = WALLE_TRY(options.session.options());
  WALLE_TRY(session::trace_passes(model, inputs, session, [](std::string_view pass, const graph::Graph& graph) {
    std::cout << "=== " << pass << '\n' << graph::to_text(graph) << '\n';
  }));
  return 0;
}

Result<int> explain(const Options& options) {
  const auto model = WALLE_TRY(load_model(options.source.model));
  const auto inputs = WALLE_TRY(options.source.values(*model));
  if (options.passes) return print_passes(*model, inputs, options);
  const auto session = WALLE_TRY(engine::Session::create(model, WALLE_TRY(options.session.options())));
  const Value plan = WALLE_TRY(session->explain_values(inputs, options.measure));
  if (options.json) {
    print_json(plan);
    return 0;
  }
  if (plan.contains("stages")) {
    int found = 0;
    for (const Value& stage : plan["stages"]) found += options.step.empty() ? 0 : count_detail(stage, options.step);
    if (options.step.empty()) print_stages(plan);
    return options.step.empty() ? 0 : said(found, options.step);
  }
  if (!options.step.empty()) return said(count_detail(plan, options.step), options.step);
  print_steps(plan);
  print_rasters(plan);
  print_memory(plan);
  return 0;
}

Command attach(CommandLine& line) {
  auto options = std::make_shared<Options>();
  line.model(options->source);
  line.session(options->session);
  line.text("--step", options->step, "Only steps whose name holds this text, with losers and refusals");
  line.flag("--passes", options->passes, "Print the graph after each pass instead");
  line.flag("--measure", options->measure, "Also run, and show measured beside predicted times");
  line.json(options->json);
  return [options] { return explain(*options); };
}

}  // namespace

extern const VerbDef kExplain;
const VerbDef kExplain = {"explain",
                          "Shows the plan: kernels with predicted and measured times, what became of rasters",
                          "Examples:\n  walle-model explain det.onnx --shape x=1x3x640x640 --measure\n  walle-model "
                          "explain det.onnx --shape x=1x3x640x640 --step Conv_0",
                          attach};

}  // namespace walle::workbench
