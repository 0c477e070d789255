#include "pyvm/pool/pool.h"

#include <gtest/gtest.h>

#include <thread>

#include "pyvm/package/module_def.h"
#include "tests/unit/pyvm/interp/task_folder.h"

namespace walle::pyvm {
namespace {

void start_with_package() {
  static std::vector<BuiltinModule> modules;
  if (modules.empty()) {
    for (const auto* module : package::modules()) modules.push_back({module->name, module->init});
  }
  start_python(modules);
}

TEST(Pool, refills_after_each_take) {
  start_with_package();
  Pool pool(2);
  pool.wait_until_warm();
  EXPECT_EQ(pool.ready(), 2U);
  const auto first = pool.take();
  ASSERT_TRUE(first);
  pool.wait_until_warm();
  EXPECT_EQ(pool.ready(), 2U);
}

TEST(Pool, an_empty_pool_makes_one_when_asked) {
  start_with_package();
  Pool pool(0);
  EXPECT_TRUE(pool.take());
}

/// The state of CPython that interpreters share is what breaks when they come and go together.
TEST(Pool, interpreters_that_come_and_go_at_once_do_not_disturb_one_another) {
  start_with_package();
  const std::string source =
      "import json, re, datetime, collections, decimal, random, logging, dataclasses, typing\nfrom walle import np\n"
      "def run(event, ctx):\n  x = [datetime.datetime(2024, 1, 1) + datetime.timedelta(days=i) for i in range(50)]\n"
      "  return json.dumps([float(np.arange(event).sum()), str(decimal.Decimal(1) / 3)[:5], re.sub('a', 'b', "
      "'aaa')])\n";
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const Outcome outcome = run_once(source, 5, 20'000'000);
        if (outcome.error || outcome.value != R"([10.0, "0.333", "bbb"])") ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace walle::pyvm
