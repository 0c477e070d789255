#include "cloud-broker/rollout/plan.h"

#include <algorithm>
#include <initializer_list>

// As everywhere in the tree: two ways to build toml++ in one program break it.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "ipc/bundle/toml_guard.h"
#include "libwalle/base/parse.h"

namespace walle::rollout {
namespace {

tl::unexpected<Error> wrong(const toml::node& node, std::string_view what) {
  return fail(ErrorCode::invalid_argument,
              "rollout.toml, line " + std::to_string(node.source().begin.line) + ": " + std::string(what));
}

Status only(const toml::table& table, std::initializer_list<std::string_view> known) {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    std::string text = "unknown key '" + std::string(key.str()) + "'; known are";
    for (const std::string_view name : known) text += " " + std::string(name);
    return wrong(node, text);
  }
  return {};
}

Status read_share(const toml::table& table, std::string_view key, double& out) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto value = node->value<double>();
  if (!value || !(*value >= 0 && *value <= 1))
    return wrong(*node, std::string(key) + " has to be a number from 0 to 1");
  out = *value;
  return {};
}

Status read_duration(const toml::table& table, std::string_view key, int64_t& out) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const auto text = node->value_exact<std::string>();
  if (!text) return wrong(*node, std::string(key) + " has to be a duration such as \"10m\"");
  const auto us = parse_duration_us(*text);
  if (!us) return wrong(*node, std::string(key) + ": " + us.error().message);
  out = *us;
  return {};
}

Status read_strings(const toml::table& table, std::string_view key, size_t limit, std::vector<std::string>& out) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr || list->size() > limit) return wrong(*node, std::string(key) + " has to be a list of strings");
  for (const toml::node& item : *list) {
    const auto text = item.value_exact<std::string>();
    if (!text || text->empty() || text->size() > 128)
      return wrong(item, std::string(key) + " has to be a list of strings");
    out.push_back(*text);
  }
  return {};
}

Status read_policy(const toml::table& table, bool targeted, Stage& stage) {
  const toml::node* policy = table.get("policy");
  if (policy != nullptr) {
    stage.policy = policy->value_or(std::string());
    if (!is_name(stage.policy)) return wrong(*policy, "policy has to be the name of a policy");
    return {};
  }
  if (!stage.devices.empty() && table.contains("share")) return wrong(table, "a stage has devices or share, not both");
  stage.policy = !stage.devices.empty() ? "device" : (targeted ? "group" : "uniform");
  return {};
}

Result<Stage> read_stage(const toml::table& table, bool targeted) {
  WALLE_TRY(only(table, {"name", "devices", "share", "success", "soak", "approval", "policy"}));
  Stage stage;
  stage.name = table["name"].value_or(std::string());
  if (!is_name(stage.name)) return wrong(table, "a stage needs a name of lower-case letters, digits, - and _");
  WALLE_TRY(read_strings(table, "devices", kMaxStageDevices, stage.devices));
  WALLE_TRY(read_share(table, "share", stage.share));
  WALLE_TRY(read_share(table, "success", stage.success));
  WALLE_TRY(read_duration(table, "soak", stage.soak_us));
  if (const toml::node* approval = table.get("approval"); approval != nullptr) {
    if (!approval->is_boolean()) return wrong(*approval, "approval has to be true or false");
    stage.approval = *approval->value<bool>();
  }
  WALLE_TRY(read_policy(table, targeted, stage));
  if (stage.devices.empty() && !table.contains("share")) return wrong(table, "a stage needs devices or share");
  return stage;
}

Result<std::vector<Stage>> read_stages(const toml::table& root, bool targeted, double default_success) {
  std::vector<Stage> stages;
  const toml::node* node = root.get("stage");
  if (node == nullptr) {
    Stage all;
    all.name = "all";
    all.share = 1;
    all.success = default_success;
    all.policy = targeted ? "group" : "uniform";
    return std::vector<Stage>{all};
  }
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty() || list->size() > kMaxStages)
    return wrong(*node, "stage has to be a list of 1 to 32 tables: [[stage]]");
  double share = 0;
  for (const toml::node& item : *list) {
    if (!item.is_table()) return wrong(item, "stage has to be a table: [[stage]]");
    Stage stage = WALLE_TRY(read_stage(*item.as_table(), targeted));
    if (!item.as_table()->contains("success")) stage.success = default_success;
    if (stage.devices.empty() && stage.share < share) return wrong(item, "shares have to rise from stage to stage");
    share = std::max(share, stage.share);
    for (const Stage& other : stages)
      if (other.name == stage.name) return wrong(item, "two stages are called '" + stage.name + "'");
    stages.push_back(std::move(stage));
  }
  return stages;
}

Result<StopRule> read_stop(const toml::table& root) {
  StopRule stop;
  const toml::node* node = root.get("stop");
  if (node == nullptr) return stop;
  if (!node->is_table()) return wrong(*node, "stop has to be a table: [stop]");
  const toml::table& table = *node->as_table();
  WALLE_TRY(only(table, {"failure", "confidence", "at_least", "silence", "action"}));
  WALLE_TRY(read_share(table, "failure", stop.failure));
  WALLE_TRY(read_share(table, "confidence", stop.confidence));
  if (stop.confidence < 0.5 || stop.confidence > 0.9999) return wrong(table, "confidence has to lie in 0.5..0.9999");
  WALLE_TRY(read_duration(table, "silence", stop.silence_us));
  if (const toml::node* least = table.get("at_least"); least != nullptr) {
    const auto value = least->value_exact<int64_t>();
    if (!value || *value < 1 || *value > 1'000'000)
      return wrong(*least, "at_least has to be an integer from 1 to 1000000");
    stop.at_least = *value;
  }
  const std::string action = table["action"].value_or(std::string("rollback"));
  if (action != "rollback" && action != "pause") return wrong(table, "action has to be \"rollback\" or \"pause\"");
  stop.action = action == "pause" ? StopAction::pause : StopAction::roll_back;
  return stop;
}

Result<Plan> read_plan(const toml::table& root, std::string_view text) {
  WALLE_TRY(only(root, {"targets", "precondition", "stage", "stop"}));
  Plan plan;
  plan.text = text;
  if (const toml::node* targets = root.get("targets"); targets != nullptr) {
    if (!targets->is_string()) return wrong(*targets, "targets has to be an expression in quotes");
    auto parsed = expression::Expression::parse(*targets->value<std::string>());
    if (!parsed) return wrong(*targets, "targets: " + parsed.error().message);
    plan.targets = std::move(*parsed);
  }
  std::vector<std::string> preconditions;
  WALLE_TRY(read_strings(root, "precondition", 8, preconditions));
  for (const std::string& name : preconditions) {
    if (name != "simulate") return wrong(root, "unknown precondition '" + name + "'; known is simulate");
    plan.simulate = true;
  }
  plan.stop = WALLE_TRY(read_stop(root));
  plan.stages = WALLE_TRY(read_stages(root, !plan.targets.empty(), 1 - plan.stop.failure));
  return plan;
}

}  // namespace

Result<Plan> parse_plan(std::string_view text) {
  if (text.size() > (1U << 20)) return fail(ErrorCode::invalid_argument, "rollout.toml is larger than 1 MiB");
  WALLE_TRY(bundle::check_toml_headers(text));
  const toml::parse_result root = toml::parse(text);
  if (!root)
    return fail(ErrorCode::invalid_argument, "rollout.toml, line " + std::to_string(root.error().source().begin.line) +
                                                 ": " + std::string(root.error().description()));
  return read_plan(root.table(), text);
}

}  // namespace walle::rollout
