// The command lines that scripts rely on: verbs, exit codes, one message on stderr, JSON alone on stdout.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "libwalle/base/file.h"
#include "libwalle/base/sanitized.h"
#include "libwalle/base/value.h"
#include "tests/support/temporary_folder.h"

namespace walle {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Outcome {
  int code = -1;
  std::string out, err;
};

class CommandLines : public testing::Test {
 protected:
  Outcome run(const std::string& command) const {
    const std::string line = "cd " + folder.path() +
                             " && WALLE_PROFILE= PATH=" WALLE_BINARY_DIR "/bin:$PATH timeout 60 " + command +
                             " > out 2> err < /dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(folder / "out").value_or(""),
            read_text(folder / "err").value_or("")};
  }

  support::TemporaryFolder folder;
};

/// Every verb of docs and scripts, with something that its help says.
struct Verb {
  std::string command;
  std::vector<std::string> says;
};

std::vector<Verb> documented() {
  return {{"walle-model convert", {"--output"}},
          {"walle-model run", {"--input", "--output", "--threads", "--precision", "--backend"}},
          {"walle-model bench", {"--shape", "--threads", "--precision", "--seconds", "--json"}},
          {"walle-model explain", {"--json"}},
          {"walle-model diff", {"--json"}},
          {"walle-model info", {"--json"}},
          {"walle-model ops", {"--json"}},
          {"walle-model tune", {"--shape", "--threads", "--precision", "--profile", "--json"}},
          {"walle-ctl status", {}},
          {"walle-ctl doctor", {}},
          {"walle-ctl top", {}},
          {"walle-ctl trace", {}},
          {"walle-ctl logs", {}},
          {"walle-ctl model list", {}},
          {"walle-ctl model load", {}},
          {"walle-ctl model infer", {}},
          {"walle-ctl task new", {}},
          {"walle-ctl task run", {"--event", "--sequence"}},
          {"walle-ctl task test", {}},
          {"walle-ctl task profile", {}},
          {"walle-ctl task list", {}},
          {"walle-ctl events send", {}},
          {"walle-ctl events tail", {}},
          {"walle-ctl events replay", {}},
          {"walle-ctl stream top", {}},
          {"walle-ctl stream explain", {}},
          {"walle-ctl release create", {"--policy"}},
          {"walle-ctl release list", {}},
          {"walle-ctl release show", {}},
          {"walle-ctl release watch", {}},
          {"walle-ctl release pause", {}},
          {"walle-ctl release resume", {}},
          {"walle-ctl release rollback", {}},
          {"walle-ctl release why", {}},
          {"walle-ctl device list", {}},
          {"walle-ctl device show", {}},
          {"walle-ctl device enrol", {}},
          {"walle-ctl results", {}},
          {"walle-broker backup", {}},
          {"walle-broker restore", {}},
          {"walle-broker migrate", {}},
          {"walle-broker audit verify", {}},
          {"walle-fleet run", {"--devices", "--broker"}},
          {"walle-fleet simulate", {"--devices", "--seed", "--json"}},
          {"walled", {"--config", "--state-dir", "--bus", "--check-config", "--ephemeral"}},
          {"walle-broker", {"--config", "--state-dir", "--check-config"}},
          {"walle-netd", {"--config", "--check-config"}}};
}

TEST_F(CommandLines, EveryDocumentedVerbHasAHelpThatNamesItsOptions) {
  for (const Verb& verb : documented()) {
    const Outcome help = run(verb.command + " --help");
    EXPECT_EQ(help.code, 0) << verb.command << help.err;
    for (const std::string& option : verb.says) EXPECT_THAT(help.out, HasSubstr(option)) << verb.command;
  }
}

TEST_F(CommandLines, UsageErrorsAreCodeTwoAndOneMessage) {
  for (const char* command :
       {"walle-model nope", "walle-ctl nope", "walle-ctl task nope", "walle-fleet nope", "walle-broker nope",
        "walle-netd nope", "walle-model tune", "walle-fleet simulate --devices none", "walle-broker audit"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_THAT(outcome.out, IsEmpty()) << command;
    const std::string program = std::string(command).substr(0, std::string(command).find(' '));
    EXPECT_EQ(outcome.err.rfind(program + ": ", 0), 0U) << outcome.err;
  }
}

TEST_F(CommandLines, RefusalsAreCodeOneAndSayWhatIsWrong) {
  const Outcome tune = run("walle-model tune none.onnx");
  EXPECT_EQ(tune.code, 1);
  EXPECT_THAT(tune.err, HasSubstr("none.onnx"));
  const Outcome plan = run("walle-fleet simulate --plan none.toml");
  EXPECT_EQ(plan.code, 1);
  EXPECT_THAT(plan.err, HasSubstr("none.toml"));
  const Outcome audit = run("walle-broker --state-dir none audit verify --json");
  EXPECT_EQ(audit.code, 1);
  EXPECT_THAT(audit.out, IsEmpty());
  EXPECT_THAT(audit.err, HasSubstr("none/broker.db"));
}

TEST_F(CommandLines, JsonIsAloneOnStdout) {
  const std::string model = WALLE_SOURCE_DIR "/tests/fuzz/corpus/onnx/basic_conv_with_padding.onnx";
  for (const std::string& command :
       {"walle-model bench " + model + " --seconds 0.05 --json", "walle-model info " + model + " --json",
        "walle-model tune " + model + " --seconds 0.5 --profile p.json --json", std::string("walle-model ops --json"),
        std::string("walle-fleet simulate --devices 10 --json")}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 0) << command << outcome.err;
    EXPECT_TRUE(parse_json(outcome.out)) << command << "\n" << outcome.out;
  }
  const Value bench = *parse_json(run("walle-model bench " + model + " --seconds 0.05 --json").out);
  for (const char* key : {"min_us", "p50_us", "p99_us", "load_us", "plan_us", "peak_rss_bytes"})
    EXPECT_TRUE(bench.contains(key)) << key;
}

TEST_F(CommandLines, ATunedProfileIsReadByLaterPlans) {
  const std::string model = WALLE_SOURCE_DIR "/tests/fuzz/corpus/onnx/gemm_all_attributes.onnx";
  const std::string seconds = kSanitized ? "8" : "0.5";
  ASSERT_EQ(run("walle-model tune " + model + " --seconds " + seconds + " --profile p.json").code, 0);
  const Outcome explained = run("env WALLE_PROFILE=p.json walle-model explain " + model + " --json");
  EXPECT_THAT(explained.out, HasSubstr("\"tuned\":true")) << explained.err;
  const Outcome without = run("walle-model explain " + model + " --json");
  EXPECT_THAT(without.out, testing::Not(HasSubstr("\"tuned\":true")));
  ASSERT_TRUE(write_file_atomically(folder / "p.json", std::string_view("{")));
  const Outcome broken = run("env WALLE_PROFILE=p.json walle-model info " + model);
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.err, HasSubstr("p.json"));
}

}  // namespace
}  // namespace walle
