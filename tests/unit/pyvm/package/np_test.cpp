// walle.np against what NumPy gave (make_np_cases.py).
#include <gtest/gtest.h>

#include "libwalle/base/file.h"
#include "pyvm/package/module_def.h"
#include "tests/unit/pyvm/interp/task_folder.h"

namespace walle::pyvm {
namespace {
const std::string kFolder = WALLE_SOURCE_DIR "/tests/unit/pyvm/package/";

void start_with_package() {
  static std::vector<BuiltinModule> modules;
  if (modules.empty()) {
    for (const auto* module : package::modules()) modules.push_back({module->name, module->init});
  }
  start_python(modules);
}

TEST(Np, gives_what_numpy_gives) {
  start_with_package();
  const auto harness = read_text(kFolder + "np_check.py");
  const auto setup = read_text(kFolder + "np_cases_setup.py");
  const auto cases = read_text(kFolder + "np_cases.json");
  ASSERT_TRUE(harness && setup && cases);
  const TaskFolder folder(*harness);
  std::ofstream(folder.options().files + "/setup.py") << *setup;
  auto interpreter = Interpreter::create();
  ASSERT_TRUE(interpreter);
  const Outcome loaded = (*interpreter)->load(folder.options());
  ASSERT_FALSE(loaded.error) << loaded.error->message << loaded.error->traceback;
  const auto list = parse_json(*cases);
  ASSERT_TRUE(list) << list.error().message;
  const Outcome outcome = (*interpreter)->run(Value{{"cases", *list}}, now_us() + 60'000'000);
  ASSERT_FALSE(outcome.error) << outcome.error->message << outcome.error->traceback;
  for (const auto& [expression, problem] : outcome.value.items()) ADD_FAILURE() << expression << ": " << problem;
  EXPECT_GT(list->size(), 2000U);
}

TEST(Np, array_memory_is_charged_to_the_task) {
  start_with_package();
  const Outcome outcome = run_once("from walle import np\ndef run(event, ctx): return np.zeros(10**9).size\n");
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->kind, "memory");
}

TEST(Np, sizes_that_cannot_be_are_refused_before_anything_is_allocated) {
  start_with_package();
  for (const char* expression :
       {"np.broadcast_to(1, (2**40, 2**40))", "np.repeat(np.arange(3), 2**62)", "np.pad(np.arange(3), 2**61)",
        "np.pad(np.arange(3), 2**61, mode='edge')", "np.tile(np.arange(3), 2**61)", "np.tile(np.arange(3), 2**40)",
        "np.array_split(np.arange(3), 2**60)", "np.eye(2**40)", "np.zeros((2**31, 2**31))",
        "np.arange(10**5)[np.zeros((10**5, 1), int), np.zeros((1, 10**5), int)]",
        "np.arange(4)[np.broadcast_to(0, (2**40,))]", "np.linspace(0, 1, 2**50)"}) {
    const Outcome outcome = run_once("from walle import np\ndef run(event, ctx): " + std::string(expression) + "\n");
    ASSERT_TRUE(outcome.error) << expression;
    EXPECT_TRUE(outcome.error->kind == "memory" || outcome.error->message.starts_with("ValueError") ||
                outcome.error->message.starts_with("IndexError"))
        << expression << ": " << outcome.error->message;
    EXPECT_LT(outcome.time_us, 500'000) << expression;
  }
}

TEST(Np, views_share_memory_with_buffers_without_copies) {
  start_with_package();
  const Outcome outcome = run_once(
      "from walle import np\ndef run(event, ctx):\n  b = bytearray(8)\n  a = np.frombuffer(b, np.uint8)\n  a[3] = 7\n"
      "  m = memoryview(a.reshape(2, 4))\n  m[1, 0] = 9\n  return [b[3], b[4], m.shape == (2, 4), m.format]\n");
  ASSERT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_EQ(outcome.value, (Value{7, 9, true, "B"}));
}

TEST(Np, arrays_can_be_returned_as_lists) {
  start_with_package();
  const Outcome outcome =
      run_once("from walle import np\ndef run(event, ctx): return {'x': np.arange(3), 'y': np.float32(0.5)}\n");
  ASSERT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_EQ(outcome.value, (Value{{"x", {0, 1, 2}}, {"y", 0.5}}));
}

TEST(Np, cycles_with_arrays_do_not_grow) {
  start_with_package();
  const std::string source =
      "from walle import np\nx = np.ones(100000)\ndef run(event, ctx): return float((x * 2).sum())\n";
  for (int i = 0; i < 30; ++i) {
    const Outcome outcome = run_once(source);
    ASSERT_FALSE(outcome.error) << outcome.error->message;
  }
}

}  // namespace
}  // namespace walle::pyvm
