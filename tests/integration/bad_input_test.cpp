// What people hand to the programs, cut off or changed: exit code 1, one message that names the cause.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle {
namespace {

using testing::HasSubstr;

const std::string kRelu = "/usr/share/libonnx-testdata/data/node/test_relu/model.onnx";

struct Outcome {
  int code = -1;
  std::string out, err;
};

class BadInput : public testing::Test {
 protected:
  Outcome run(const std::string& command) const {
    const int status = std::system(("cd " + folder.path() + " && PATH=" WALLE_BINARY_DIR "/bin:$PATH timeout 60 " +
                                    command + " > out 2> err < /dev/null")
                                       .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "out").value_or(""),
            read_text(folder / "err").value_or("")};
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
  }
  void task(const std::string& more = "") const {
    write("t/task.toml", "name = \"t\"\nversion = \"1.0.0\"\n" + more);
    write("t/main.py", "def run(event, ctx): return 1\n");
  }
  /// Refused, and the one thing said has `part` in it.
  void expect_refused(const Outcome& outcome, const std::string& part) const {
    EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }

  support::TemporaryFolder folder;
};

TEST_F(BadInput, TruncatedModel) {
  const auto onnx = read_text(kRelu);
  if (!onnx) GTEST_SKIP() << "libonnx-testdata is not installed";
  write("whole.onnx", *onnx);
  write("cut.onnx", onnx->substr(0, onnx->size() / 2));
  expect_refused(run("walle-model convert cut.onnx -o out.walle"), "cut.onnx");
  ASSERT_EQ(run("walle-model convert whole.onnx -o whole.walle").code, 0);
  const std::string walle = read_text(folder / "whole.walle").value();
  write("cut.walle", walle.substr(0, walle.size() / 2));
  expect_refused(run("walle-model info cut.walle"), "cut.walle");
  task("[models]\nm = \"m.onnx\"\n");
  write("t/m.onnx", onnx->substr(0, onnx->size() / 2));
  write("e.json", R"({"id": "tap"})");
  expect_refused(run("walle-ctl task run t --event e.json"), "m.onnx");
}

TEST_F(BadInput, TruncatedEvent) {
  task();
  write("e.json", R"({"id": "tap", "contents": {"n": )");
  expect_refused(run("walle-ctl task run t --event e.json"), "e.json");
  write("e.json", R"({"id": "tap", "contents": {"image": {"$file": "gone.png"}}})");
  expect_refused(run("walle-ctl task run t --event e.json"), "gone.png");
  write("e.json", R"({"id": "tap", "contents": {"image": {"$bytes": "iVBO*"}}})");
  expect_refused(run("walle-ctl task run t --event e.json"), "$bytes");
}

TEST_F(BadInput, TruncatedTask) {
  task("on = [\"a ..");
  write("e.json", R"({"id": "tap"})");
  expect_refused(run("walle-ctl task run t --event e.json"), "line 3");
  std::filesystem::remove(folder / "t/task.toml");
  expect_refused(run("walle-ctl task run t --event e.json"), "task.toml");
}

TEST_F(BadInput, TruncatedConfiguration) {
  write("c.toml", "[limits]\nevents = \"64");
  expect_refused(run("walled --check-config --config c.toml"), "c.toml, line 2");
  write("b.toml", "[api]\nhttp = \"127.0.0.1:");
  expect_refused(run("walle-broker --check-config --config b.toml"), "line 2");
  write("n.toml", "report_interval = \"6");
  expect_refused(run("walle-netd --config n.toml --state-dir s"), "line 1");
  expect_refused(run("walled --check-config --config gone.toml"), "gone.toml");
}

}  // namespace
}  // namespace walle
