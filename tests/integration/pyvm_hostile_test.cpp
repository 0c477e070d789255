// What a task can try against its host, its neighbours and the device: each ends in a clear record or a dead host.
#include <gmock/gmock.h>

#include <cstdlib>

#include "tests/integration/pyvm_host.h"

namespace walle {
namespace {

/// Runs `body` (lines of run, without indentation) in a host with a neighbour, which must work as before afterwards.
Value attack(const std::string& body, int64_t time_us = 1'000'000) {
  HostProcess host;
  host.next();
  EXPECT_EQ(host.load(2, "import os\nfd = open(os.path.join('" + host.root() +
                             "', 'data2', 'mine'), 'w+')\ndef run(event, ctx):\n  fd.write('x'); fd.flush()\n"
                             "  return [os.getcwd() == ctx.data, os.environ.get('A'), os.umask(0o77)]\n")["type"],
            "loaded");
  std::string source = "import os, sys\ndef run(event, ctx):\n";
  size_t at = 0;
  while (at < body.size()) {
    const size_t end = std::min(body.find('\n', at), body.size());
    source += "  " + body.substr(at, end - at) + "\n";
    at = end + 1;
  }
  EXPECT_EQ(host.load(1, source)["type"], "loaded");
  Value result = host.run(1, Value{{"root", host.root()}, {"pid", getpid()}}, time_us);
  const Value neighbour = host.run(2);
  EXPECT_EQ(neighbour["value"], Value::array({true, nullptr, 077})) << neighbour;
  return result;
}

std::string error_of(const Value& result) {
  return result.is_object() && result.contains("error") ? result["error"]["message"].get<std::string>() : result.dump();
}

TEST(PyvmHostile, reads_nothing_outside_its_folders) {
  for (const char* path : {"/etc/passwd", "/proc/self/maps", "/proc/self/mem", "/", "/dev/null", "/tmp"}) {
    const Value result = attack("return " + std::string(std::filesystem::is_directory(path) ? "os.listdir" : "open") +
                                "('" + path + "')");
    EXPECT_THAT(error_of(result), testing::HasSubstr("Permission")) << path;
  }
}

TEST(PyvmHostile, cannot_touch_the_neighbours_files) {
  EXPECT_THAT(error_of(attack("open(event['root'] + '/data2/mine')")), testing::HasSubstr("Permission"));
  EXPECT_THAT(error_of(attack("open(event['root'] + '/task2/main.py', 'w')")), testing::HasSubstr("Permission"));
  EXPECT_THAT(error_of(attack("open(event['root'] + '/task1/main.py', 'w')")), testing::HasSubstr("Permission"));
}

TEST(PyvmHostile, works_in_its_own_data_folder) {
  const Value result = attack(
      "open('note', 'w').write('kept')\nos.mkdir('sub')\nos.rename('note', 'sub/note')\n"
      "return open(ctx.data + '/sub/note').read()");
  EXPECT_EQ(result["value"], "kept") << result;
}

TEST(PyvmHostile, closing_every_descriptor_hurts_nobody_else) {
  const Value result = attack("for fd in range(256):\n  try: os.close(fd)\n  except OSError: pass\nreturn 'closed'");
  EXPECT_EQ(result["value"], "closed") << result;
}

TEST(PyvmHostile, the_channel_is_not_reachable) {
  const Value result = attack(
      "sent = []\nfor fd in range(3, 64):\n  try: sent.append(os.write(fd, b'x'))\n"
      "  except OSError: pass\nreturn sent");
  EXPECT_EQ(result["value"], Value::array()) << result;
}

TEST(PyvmHostile, working_folder_umask_and_environment_are_its_own) {
  attack("os.chdir(ctx.files)\nos.umask(0)\ntry: os.environ['A'] = 'b'\nexcept OSError: pass\nreturn 1");
}

TEST(PyvmHostile, starts_no_process) {
  EXPECT_THAT(error_of(attack("os.fork()")), testing::HasSubstr("PermissionError"));
  EXPECT_THAT(error_of(attack("os.execv('/bin/sh', ['sh'])")), testing::HasSubstr("PermissionError"));
  EXPECT_THAT(error_of(attack("import subprocess")), testing::HasSubstr("No module named 'subprocess'"));
  EXPECT_THAT(error_of(attack("import socket")), testing::HasSubstr("No module named 'socket'"));
  EXPECT_THAT(error_of(attack("import ctypes")), testing::HasSubstr("No module named 'ctypes'"));
}

TEST(PyvmHostile, fresh_copies_of_os_functions_meet_the_sandbox) {
  EXPECT_THAT(error_of(attack("del sys.modules['posix']\nimport posix\nposix.kill(event['pid'], 0)")),
              testing::HasSubstr("Operation not permitted"));
  EXPECT_THAT(error_of(attack("del sys.modules['posix']\nimport posix\nposix.pipe()")),
              testing::HasSubstr("Operation not permitted"));
}

TEST(PyvmHostile, memory_bomb_is_a_memory_error) {
  for (const char* bomb : {"return len([0] * 10**9)", "x = []\nwhile True: x.append(bytes(10**5))",
                           "x = 'a'\nwhile True: x += x", "return len(str(list(range(10**7))))"}) {
    EXPECT_EQ(attack(bomb, 5'000'000)["error"]["kind"], "memory") << bomb;
  }
}

TEST(PyvmHostile, endless_loops_end_at_the_deadline) {
  for (const char* loop :
       {"while True: pass", "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
        "import time\ntime.sleep(10**6)", "import itertools\nfor _ in itertools.count(): pass"}) {
    EXPECT_EQ(attack(loop, 100'000)["error"]["kind"], "deadline") << loop;
  }
}

TEST(PyvmHostile, output_flood_is_cut) {
  HostProcess host;
  host.next();
  host.load(1, "def run(event, ctx):\n  for i in range(100000): print('x' * 100)\n");
  EXPECT_EQ(host.run(1, Value::object(), 5'000'000)["status"], "ok");
  EXPECT_LE(host.logs.size(), 1001U);
  EXPECT_GE(host.logs.size(), 900U);
}

TEST(PyvmHostile, file_descriptor_bomb_is_an_error_of_the_task) {
  EXPECT_THAT(error_of(attack("x = []\nwhile True: x.append(open('f' + str(len(x)), 'w'))")),
              testing::HasSubstr("Too many open files"));
}

TEST(PyvmHostile, marshal_garbage_does_not_reach_the_neighbour) {
  const Value result = attack("import marshal\nreturn marshal.loads(b'\\xe3\\x00garbage')");
  EXPECT_EQ(result["status"], "failed") << result;
}

TEST(PyvmHostile, exit_past_the_guards_kills_only_the_host) {
  HostProcess host;
  host.next();
  host.load(1,
            "import sys\nimport posix\ndel sys.modules['posix']\nimport posix\n"
            "def run(event, ctx): posix._exit(3)\n");
  EXPECT_TRUE(host.run(1).is_null());
  const int status = host.wait_for_end();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << status;
}

}  // namespace
}  // namespace walle
