#include "pyvm/package/stream_recipe.h"

#include <algorithm>

#include "streamd/operators/pipeline.h"

namespace walle::package {
namespace {
struct Timed {
  int64_t time_us = 0;
  int port = 0;
  Value value;
};

int64_t time_of(const Value& value) {
  for (const char* key : {"time_us", "to_us"}) {
    if (!value.is_object()) break;
    const auto at = value.find(key);
    if (at != value.end() && at->is_number_integer()) return at->get<int64_t>();
  }
  return 0;
}

Status add_source(const StreamRecipe& recipe, const std::function<Result<Value>(const Value&)>& fetch, int port,
                  std::vector<Timed>& items) {
  Value values = recipe.source;
  if (values.is_object()) values = WALLE_TRY(fetch(recipe.source));
  if (!values.is_array()) return fail(ErrorCode::internal, "the events of a stream must be a list");
  for (Value& value : values) items.push_back({time_of(value), port, std::move(value)});
  return {};
}

Status add_right_side(const StreamRecipe& other, const std::function<Result<Value>(const Value&)>& fetch,
                      std::vector<Timed>& items) {
  if (other.steps.empty()) return add_source(other, fetch, 1, items);
  for (Value& row : WALLE_TRY(run_recipe(other, fetch))) items.push_back({time_of(row), 1, std::move(row)});
  return {};
}
}  // namespace

const operators::OperatorDef* operator_named(std::string_view name) {
  for (const operators::OperatorDef* def : operators::operator_defs()) {
    if (def->name == name) return def;
  }
  return nullptr;
}

Result<StreamRecipe> with_step(const StreamRecipe& recipe, StreamRecipe::Step step) {
  (void)WALLE_TRY(operators::make_operator(step.name, step.arguments));
  StreamRecipe longer = recipe;
  longer.steps.push_back(std::move(step));
  return longer;
}

Result<std::vector<Value>> run_recipe(const StreamRecipe& recipe,
                                      const std::function<Result<Value>(const Value&)>& fetch) {
  operators::Pipeline pipeline;
  std::vector<Timed> items;
  WALLE_TRY(add_source(recipe, fetch, 0, items));
  for (const auto& step : recipe.steps) {
    WALLE_TRY(pipeline.add(step.name, step.arguments));
    if (step.other) WALLE_TRY(add_right_side(*step.other, fetch, items));
  }
  std::stable_sort(items.begin(), items.end(), [](const Timed& a, const Timed& b) { return a.time_us < b.time_us; });
  std::vector<Value> rows;
  auto collect = [&] {
    for (Value& row : pipeline.take()) rows.push_back(std::move(row));
  };
  for (const Timed& item : items) {
    WALLE_TRY(pipeline.push(item.value, item.time_us, item.port));
    collect();
  }
  WALLE_TRY(pipeline.finish());
  collect();
  return rows;
}

}  // namespace walle::package
