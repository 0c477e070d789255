#include <gmock/gmock.h>

#include "tests/integration/pyvm_host.h"

namespace walle {
namespace {

TEST(PyvmHost, loads_a_task_and_runs_it) {
  HostProcess host;
  EXPECT_EQ(host.next()["type"], "ready");
  EXPECT_EQ(host.load(1, "def run(event, ctx): return {'sum': sum(event['n']), 'room': ctx.device['room']}\n")["type"],
            "loaded");
  const Value result = host.run(1, Value{{"n", {1, 2, 3}}});
  EXPECT_EQ(result["status"], "ok") << result;
  EXPECT_EQ(result["value"], (Value{{"sum", 6}, {"room", "reading"}}));
  EXPECT_EQ(result["run"], 7);
  EXPECT_GT(result["memory_bytes"].get<int64_t>(), 1 << 20);
}

TEST(PyvmHost, bytes_cross_in_both_directions) {
  HostProcess host;
  host.next();
  host.load(1, "def run(event, ctx): return event['image'][::-1]\n");
  std::vector<uint8_t> image(3 << 20, 7);
  image[0] = 9;
  const Value result = host.run(1, Value{{"image", Value::binary(image)}});
  ASSERT_EQ(result["status"], "ok") << result["error"];
  std::reverse(image.begin(), image.end());
  EXPECT_EQ(result["value"], Value::binary(image));
}

TEST(PyvmHost, log_and_print_arrive_with_vm_and_run) {
  HostProcess host;
  host.next();
  host.load(3, "from walle import log\ndef run(event, ctx):\n  log.warning('low light', lux=12)\n  print('hello')\n");
  host.run(3);
  ASSERT_EQ(host.logs.size(), 2U);
  EXPECT_EQ(host.logs[0], (Value{{"type", "log"},
                                 {"vm", 3},
                                 {"run", 7},
                                 {"level", "warning"},
                                 {"text", "low light"},
                                 {"fields", {{"lux", 12}}}}));
  EXPECT_EQ(host.logs[1]["text"], "hello");
}

TEST(PyvmHost, store_and_tunnel_ask_walled_and_get_its_answer) {
  HostProcess host;
  host.next();
  host.load(1,
            "from walle import store, tunnel\ndef run(event, ctx):\n  store.append('lines', {'text': 'x'})\n"
            "  return [store.query('lines', limit=2), tunnel.send('ocr', {'words': 1})]\n");
  host.start(1, 5);
  Value call = host.next();
  EXPECT_EQ(call["type"], "call");
  EXPECT_EQ(call["method"], "store.append");
  EXPECT_EQ(call["vm"], 1);
  EXPECT_EQ(call["run"], 5);
  EXPECT_EQ(call["arguments"], (Value{{"table", "lines"}, {"row", {{"text", "x"}}}}));
  host.send(Value{{"type", "reply"}, {"call", call["call"]}, {"value", nullptr}});
  call = host.next();
  EXPECT_EQ(call["arguments"]["limit"], 2);
  host.send(Value{{"type", "reply"}, {"call", call["call"]}, {"value", Value::array({{{"text", "x"}}})}});
  call = host.next();
  EXPECT_EQ(call["method"], "tunnel.send");
  host.send(Value{{"type", "reply"}, {"call", call["call"]}, {"value", "id-1"}});
  const Value result = host.next();
  EXPECT_EQ(result["value"], (Value::array({Value::array({{{"text", "x"}}}), "id-1"}))) << result;
}

TEST(PyvmHost, a_refusal_of_walled_is_an_exception_of_the_task) {
  HostProcess host;
  host.next();
  host.load(1, "from walle import tunnel\ndef run(event, ctx): tunnel.send('secret', 1)\n");
  host.start(1, 5);
  const Value call = host.next();
  host.send(Value{{"type", "reply"},
                  {"call", call["call"]},
                  {"error", {{"code", "permission_denied"}, {"message", "'secret' is not in [permissions] tunnel"}}}});
  const Value result = host.next();
  EXPECT_EQ(result["error"]["message"], "PermissionError: 'secret' is not in [permissions] tunnel");
}

TEST(PyvmHost, a_call_without_answer_ends_at_the_deadline) {
  HostProcess host;
  host.next();
  host.load(1, "from walle import store\ndef run(event, ctx): store.query('lines')\n");
  host.start(1, 5, Value::object(), 60'000);
  EXPECT_EQ(host.next()["type"], "call");
  EXPECT_EQ(host.next()["error"]["kind"], "deadline");
}

TEST(PyvmHost, state_stays_between_runs_and_ends_with_unload) {
  HostProcess host;
  host.next();
  const std::string source = "n = 0\ndef run(event, ctx):\n  global n\n  n += 1\n  return n\n";
  host.load(1, source);
  EXPECT_EQ(host.run(1)["value"], 1);
  EXPECT_EQ(host.run(1)["value"], 2);
  host.send(Value{{"type", "unload"}, {"vm", 1}});
  EXPECT_EQ(host.next(), (Value{{"type", "unloaded"}, {"vm", 1}}));
  EXPECT_EQ(host.load(1, source)["type"], "loaded");
  EXPECT_EQ(host.run(1)["value"], 1);
}

TEST(PyvmHost, load_failure_says_why_and_frees_the_number) {
  HostProcess host;
  host.next();
  const Value failed = host.load(1, "import torch\ndef run(event, ctx): pass\n");
  EXPECT_EQ(failed["type"], "load_failed");
  EXPECT_THAT(failed["error"]["message"].get<std::string>(), testing::HasSubstr("use 'from walle import nn'"));
  EXPECT_EQ(host.load(1, "def run(event, ctx): return 1\n")["type"], "loaded");
}

TEST(PyvmHost, cancel_meets_the_run_that_is_meant) {
  HostProcess host;
  host.next();
  host.load(1, "def run(event, ctx):\n  while event.get('loop'): pass\n  return 'done'\n");
  host.start(1, 1, Value{{"loop", true}}, 8'000'000);
  host.start(1, 2);
  host.start(1, 3);
  host.send(Value{{"type", "cancel"}, {"run", 2}});
  host.send(Value{{"type", "cancel"}, {"run", 1}});
  // A cancel that arrives before run 1 has begun keeps it from beginning: either way it ends as cancelled.
  EXPECT_EQ(host.next()["error"]["kind"], "cancelled");
  const Value second = host.next();
  EXPECT_EQ(second["run"], 2);
  EXPECT_EQ(second["error"]["kind"], "cancelled");
  EXPECT_EQ(host.next()["value"], "done");
}

TEST(PyvmHost, tasks_of_one_host_run_at_the_same_time) {
  HostProcess host;
  host.next();
  host.load(1, "from walle import store\ndef run(event, ctx): return store.query('a')\n");
  host.load(2, "def run(event, ctx): return 'quick'\n");
  host.start(1, 1);
  const Value call = host.next();
  EXPECT_EQ(host.run(2)["value"], "quick");
  host.send(Value{{"type", "reply"}, {"call", call["call"]}, {"value", "late"}});
  EXPECT_EQ(host.next()["value"], "late");
}

TEST(PyvmHost, ends_when_walled_hangs_up) {
  HostProcess host;
  host.next();
  host.load(1, "def run(event, ctx):\n  while True: pass\n");
  host.start(1, 1, Value::object(), 60'000'000);
  host.hang_up();
  EXPECT_TRUE(WIFEXITED(host.wait_for_end()));
}

TEST(PyvmHost, unknown_and_malformed_messages_are_answered_by_a_warning) {
  HostProcess host;
  host.next();
  host.send(Value{{"type", "dance"}});
  host.send(Value{{"type", "run"}, {"run", "x"}});
  host.send(Value{{"no", "type"}});
  EXPECT_EQ(host.load(1, "def run(event, ctx): return 1\n")["type"], "loaded");
  ASSERT_EQ(host.logs.size(), 3U);
  EXPECT_EQ(host.logs[0]["level"], "warning");
}

}  // namespace
}  // namespace walle
