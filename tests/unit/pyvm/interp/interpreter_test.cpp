#include "pyvm/interp/interpreter.h"

#include <gmock/gmock.h>

#include <thread>

#include "libwalle/base/sanitized.h"
#include "tests/unit/pyvm/interp/task_folder.h"

namespace walle::pyvm {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

class InterpreterTest : public testing::Test {
  void SetUp() override { start_python(); }
};

std::string kind(const Outcome& outcome) { return outcome.error ? outcome.error->kind : "none"; }
std::string message(const Outcome& outcome) { return outcome.error ? outcome.error->message : ""; }

TEST_F(InterpreterTest, returns_what_run_returns) {
  const Outcome outcome =
      run_once("def run(event, ctx):\n  return {'twice': event['n'] * 2, 'bytes': b'ab'}\n", Value{{"n", 21}});
  EXPECT_EQ(message(outcome), "");
  EXPECT_EQ(outcome.value["twice"], 42);
  EXPECT_TRUE(outcome.value["bytes"].is_binary());
}

TEST_F(InterpreterTest, context_names_task_version_device_and_folders) {
  const Outcome outcome = run_once(
      "import os\n"
      "def run(event, ctx):\n"
      "  return [ctx.task, ctx.version, ctx.device['room'], os.path.dirname(__file__) == ctx.files,\n"
      "          ctx.data == ctx.files + '/data', 0 < ctx.remaining_ms() <= 2000]\n");
  EXPECT_EQ(message(outcome), "");
  EXPECT_EQ(outcome.value, (Value{"demo", "1.2.3", "reading", true, true, true}));
}

TEST_F(InterpreterTest, print_goes_to_the_log_by_lines) {
  const TaskFolder folder(
      "import sys\ndef run(event, ctx):\n  print('a\\nb', end='')\n  print('bad', file=sys.stderr)\n");
  auto interpreter = Interpreter::create();
  ASSERT_TRUE(interpreter);
  EXPECT_EQ(kind((*interpreter)->load(folder.options())), "none");
  EXPECT_EQ(kind((*interpreter)->run(nullptr, now_us() + 1'000'000)), "none");
  EXPECT_THAT(folder.services->lines(), ElementsAre("info a", "warning bad", "info b"));
}

TEST_F(InterpreterTest, exception_reports_the_authors_lines) {
  const Outcome outcome = run_once("def helper(x):\n  return 1 / x\n\ndef run(event, ctx):\n  return helper(0)\n");
  EXPECT_EQ(kind(outcome), "exception");
  EXPECT_EQ(message(outcome), "ZeroDivisionError: division by zero");
  EXPECT_THAT(outcome.error->traceback, HasSubstr("File \"main.py\", line 2, in helper\n    return 1 / x\n"));
}

TEST_F(InterpreterTest, syntax_error_names_file_and_line) {
  const Outcome outcome = run_once("def run(event, ctx):\n  return (\n");
  EXPECT_EQ(kind(outcome), "exception");
  EXPECT_THAT(outcome.error->traceback, HasSubstr("File \"main.py\", line 2"));
}

TEST_F(InterpreterTest, missing_module_names_the_tailoring_rule_and_what_exists) {
  const Outcome outcome = run_once("import numpy\ndef run(event, ctx): pass\n");
  EXPECT_THAT(message(outcome), HasSubstr("No module named 'numpy'; use 'from walle import np'"));
  EXPECT_THAT(message(outcome), HasSubstr("package tailoring"));
  EXPECT_THAT(message(outcome), HasSubstr("collections, colorsys"));
}

TEST_F(InterpreterTest, entry_without_run_is_refused) {
  EXPECT_EQ(message(run_once("x = 1\n")), "main.py does not define run(event, ctx)");
}

TEST_F(InterpreterTest, bad_result_names_the_key) {
  const Outcome outcome = run_once("def run(event, ctx): return {'lines': [1, {'x': {1, 2}}]}\n");
  EXPECT_EQ(kind(outcome), "bad_result");
  EXPECT_THAT(message(outcome), HasSubstr("result[\"lines\"][1][\"x\"] is of type set"));
  EXPECT_THAT(message(run_once("def run(e, c): return {1: 2}\n")), HasSubstr("keys must be str"));
  EXPECT_THAT(message(run_once("def run(e, c): return [float('nan')]\n")), HasSubstr("result[0] is nan"));
  EXPECT_THAT(message(run_once("def run(e, c):\n  x = []\n  x.append(x)\n  return x\n")), HasSubstr("nested deeper"));
}

TEST_F(InterpreterTest, endless_loop_ends_at_its_deadline) {
  const Outcome outcome = run_once("def run(event, ctx):\n  while True: pass\n", nullptr, 100'000);
  EXPECT_EQ(kind(outcome), "deadline");
  EXPECT_THAT(outcome.error->traceback, HasSubstr("while True: pass"));
}

TEST_F(InterpreterTest, loops_that_catch_everything_end_at_their_deadline) {
  for (const char* loop : {"  while True:\n    try:\n      while True: pass\n    except BaseException: pass\n",
                           "  while True:\n    try:\n      while True:\n        try:\n          while True: pass\n"
                           "        except BaseException: pass\n    except BaseException: continue\n",
                           "  try:\n    while True: pass\n  finally:\n    while True: pass\n",
                           "  try: run(event, ctx)\n  except BaseException: run(event, ctx)\n"}) {
    const Outcome outcome = run_once("def run(event, ctx):\n" + std::string(loop), nullptr, 100'000);
    EXPECT_EQ(kind(outcome), "deadline") << loop;
    EXPECT_LT(outcome.time_us, 1'000'000) << loop;
  }
}

TEST_F(InterpreterTest, a_finally_block_still_runs_at_the_deadline) {
  const TaskFolder folder("def run(event, ctx):\n  try:\n    while True: pass\n  finally:\n    print('tidied up')\n");
  auto interpreter = Interpreter::create();
  ASSERT_TRUE(interpreter);
  EXPECT_EQ(kind((*interpreter)->load(folder.options())), "none");
  EXPECT_EQ(kind((*interpreter)->run(nullptr, now_us() + 50'000)), "deadline");
  EXPECT_THAT(folder.services->lines(), ElementsAre("info tidied up"));
}

TEST_F(InterpreterTest, sleep_ends_at_the_deadline) {
  const Outcome outcome = run_once("import time\ndef run(event, ctx): time.sleep(3600)\n", nullptr, 50'000);
  EXPECT_EQ(kind(outcome), "deadline");
}

TEST_F(InterpreterTest, cancel_stops_a_run) {
  const TaskFolder folder("def run(event, ctx):\n  while True: pass\n");
  auto interpreter = Interpreter::create();
  ASSERT_TRUE(interpreter);
  EXPECT_EQ(kind((*interpreter)->load(folder.options())), "none");
  std::atomic<bool> ended = false;
  std::thread canceller([&] {
    while (!ended) {
      (*interpreter)->cancel();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  const Outcome outcome = (*interpreter)->run(nullptr, now_us() + 10'000'000);
  ended = true;
  canceller.join();
  EXPECT_EQ(kind(outcome), "cancelled");
}

TEST_F(InterpreterTest, a_stopped_interpreter_serves_the_next_run) {
  const TaskFolder folder("def run(event, ctx):\n  while event: pass\n  return 'ok'\n");
  auto interpreter = Interpreter::create();
  ASSERT_TRUE(interpreter);
  EXPECT_EQ(kind((*interpreter)->load(folder.options())), "none");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(kind((*interpreter)->run(true, now_us() + 30'000)), "deadline");
    EXPECT_EQ((*interpreter)->run(false, now_us() + 1'000'000).value, "ok");
  }
}

TEST_F(InterpreterTest, huge_allocation_is_a_memory_error) {
  for (const char* expression : {"[0] * 10**9", "b'x' * 10**9", "'x' * 10**9", "bytearray(10**9)",
                                 "[bytes(1000) for _ in range(10**6)]", "list(range(10**8))"}) {
    const Outcome outcome = run_once(std::string("def run(event, ctx):\n  return len(") + expression + ")\n");
    EXPECT_EQ(kind(outcome), "memory") << expression << ": " << message(outcome);
    EXPECT_THAT(message(outcome), HasSubstr("64 MiB"));
  }
}

TEST_F(InterpreterTest, memory_is_given_back_after_a_memory_error) {
  const TaskFolder folder("def run(n, ctx):\n  return len(bytearray(n))\n");
  auto interpreter = Interpreter::create();
  ASSERT_TRUE(interpreter);
  EXPECT_EQ(kind((*interpreter)->load(folder.options())), "none");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(kind((*interpreter)->run(100 << 20, now_us() + 1'000'000)), "memory");
    EXPECT_EQ((*interpreter)->run(50 << 20, now_us() + 1'000'000).value, 50 << 20);
  }
}

TEST_F(InterpreterTest, deep_nesting_is_a_recursion_error) {
  for (const char* expression :
       {"__import__('json').loads('[' * 200000)", "eval('-' * 100000 + '1')", "f(0)", "repr(nested())"}) {
    const Outcome outcome =
        run_once(std::string("def f(n): return f(n + 1)\n"
                             "def nested():\n  x = []\n  for _ in range(10**5): x = [x]\n  return x\n"
                             "def run(event, ctx):\n  return ") +
                 expression + "\n");
    EXPECT_TRUE(kind(outcome) == "exception" || kind(outcome) == "memory") << expression << ": " << kind(outcome);
  }
}

TEST_F(InterpreterTest, process_functions_are_not_available) {
  for (const char* call : {"os._exit(3)", "os.fork()", "os.kill(1, 9)", "os.system('ls')", "os.putenv('A', 'b')"}) {
    EXPECT_THAT(message(run_once(std::string("import os\ndef run(e, c): ") + call + "\n")),
                HasSubstr("PermissionError"))
        << call;
  }
}

TEST_F(InterpreterTest, sys_exit_does_not_end_the_host) {
  EXPECT_THAT(message(run_once("import sys\ndef run(e, c): sys.exit(1)\n")), HasSubstr("SystemExit"));
}

TEST_F(InterpreterTest, threads_are_refused) {
  EXPECT_EQ(kind(run_once("import threading\ndef run(e, c): threading.Thread(target=print).start()\n")), "exception");
}

TEST_F(InterpreterTest, finaliser_that_loops_does_not_hold_up_the_end) {
  EXPECT_EQ(kind(run_once("class X:\n  def __del__(self):\n    while True: pass\nx = X()\ndef run(e, c): pass\n")),
            "none");
}

TEST_F(InterpreterTest, a_huge_traceback_is_cut) {
  const Outcome outcome = run_once("def run(e, c): raise ValueError('x' * 10**7)\n");
  EXPECT_EQ(kind(outcome), "exception");
  EXPECT_LT(message(outcome).size(), 5000U);
  EXPECT_LT(outcome.error->traceback.size(), 20000U);
}

TEST_F(InterpreterTest, interpreters_do_not_see_one_another) {
  const TaskFolder first("import json\njson.mark = 1\ndef run(e, c): return hasattr(json, 'mark')\n");
  const TaskFolder second("import json\ndef run(e, c): return hasattr(json, 'mark')\n");
  auto a = Interpreter::create();
  auto b = Interpreter::create();
  ASSERT_TRUE(a && b);
  EXPECT_EQ(kind((*a)->load(first.options())), "none");
  EXPECT_EQ(kind((*b)->load(second.options())), "none");
  EXPECT_EQ((*a)->run(nullptr, now_us() + 1'000'000).value, true);
  EXPECT_EQ((*b)->run(nullptr, now_us() + 1'000'000).value, false);
}

int64_t resident_kib() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  std::string word;
  while (rollup >> word) {
    if (word == "Pss:") {
      int64_t kib = 0;
      rollup >> kib;
      return kib;
    }
  }
  return 0;
}

TEST_F(InterpreterTest, cycles_of_create_and_end_do_not_grow) {
  const std::string source = "import json, re, datetime\ndef run(e, c): return json.dumps({'a': 1})\n";
  for (int i = 0; i < 20; ++i) EXPECT_EQ(kind(run_once(source)), "none");
  const int64_t before = resident_kib();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(kind(run_once(source)), "none");
  const int64_t most = kSanitized ? 80'000 : 2048;  // a sanitizer keeps what was freed for a while
  EXPECT_LT(resident_kib() - before, most) << "KiB more after 100 cycles (stock CPython: 110,000)";
}

}  // namespace
}  // namespace walle::pyvm
