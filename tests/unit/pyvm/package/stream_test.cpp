#include <gmock/gmock.h>

#include "pyvm/package/module_def.h"
#include "tests/unit/pyvm/interp/task_folder.h"

namespace walle::pyvm {
namespace {

Outcome run_stream(const std::string& expression) {
  static std::vector<BuiltinModule> modules;
  if (modules.empty()) {
    for (const auto* module : package::modules()) modules.push_back({module->name, module->init});
  }
  start_python(modules);
  return run_once(
      "from walle import stream\n"
      "S = 1000000\n"
      "rows = [{'page': p, 'x': x, 'time_us': t * S} for p, x, t in [('a', 1, 1), ('b', 2, 2), ('a', 3, 9), ('a', 4, "
      "11)]]\n"
      "def run(event, ctx):\n  s = stream.of(rows)\n  return list(" +
      expression + ")\n");
}

TEST(Stream, expressions_and_functions_give_the_same) {
  EXPECT_EQ(run_stream("s.filter('x > 1').map('x * 10')").value, (Value{20, 30, 40}));
  EXPECT_EQ(run_stream("s.filter(lambda e: e['x'] > 1).map(lambda e: e['x'] * 10)").value, (Value{20, 30, 40}));
}

TEST(Stream, windows_reduce_by_key) {
  const Outcome outcome =
      run_stream("s.key_by('page').window('tumbling', '10s').map(lambda e: e['x']).reduce(lambda a, b: a + b)");
  ASSERT_FALSE(outcome.error) << outcome.error->message;
  auto row = [](const char* key, int from, int value) {
    return Value{{"key", key}, {"from_us", from * 1000000}, {"to_us", (from + 10) * 1000000}, {"value", value}};
  };
  EXPECT_EQ(outcome.value, (Value{row("a", 0, 4), row("b", 0, 2), row("a", 10, 4)}));
}

TEST(Stream, join_takes_its_keywords_in_any_order) {
  const Outcome outcome = run_stream("s.join(stream.of(rows[1:2]), within='5s', on='page').map('left.x + right.x')");
  ASSERT_FALSE(outcome.error) << outcome.error->message;
  ASSERT_EQ(outcome.value.size(), 1U);
}

TEST(Stream, an_exception_of_a_function_reaches_the_author) {
  const Outcome outcome = run_stream("s.map(lambda e: e['y'])");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->message, "KeyError: 'y'");
  EXPECT_THAT(outcome.error->traceback, testing::HasSubstr("in run.<locals>.<lambda>"));
}

TEST(Stream, wrong_arguments_are_refused_with_the_usage_where_they_stand) {
  EXPECT_THAT(run_stream("s.window('round', '10s')").error->message, testing::HasSubstr("window(\"tumbling\""));
  EXPECT_THAT(run_stream("s.join(s, at='x')").error->message, testing::HasSubstr("join(other, on="));
  EXPECT_THAT(run_stream("s.widow('x')").error->message, testing::HasSubstr("AttributeError"));
}

TEST(Stream, events_come_from_walled) {
  const Outcome outcome = run_stream("stream.events(ctx, page='a').map('x')");
  // The recording services answer with a map, which is not a list of events.
  ASSERT_TRUE(outcome.error);
  EXPECT_THAT(outcome.error->message, testing::HasSubstr("must be a list"));
}

}  // namespace
}  // namespace walle::pyvm
