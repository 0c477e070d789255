// The real walle-broker (with its mosquitto) and the real walle-netd; only walled is played by the test.
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "libwalle/base/value.h"
#include "tests/integration/agent_walled.h"
#include "tests/support/temporary_folder.h"

namespace walle::integration {
namespace {

using namespace std::chrono_literals;

const std::string kBin = std::string(WALLE_BINARY_DIR) + "/bin/";

bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit = 20s) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(20ms);
  }
  return condition();
}

std::string in(const support::TemporaryFolder& folder, const std::string& command) {
  return "cd '" + folder.path() + "' && (" + command + ") >> shell.log 2>&1";
}

struct AgentBroker : testing::Test {
  support::TemporaryFolder folder;
  std::unique_ptr<Process> broker, netd;
  std::unique_ptr<ScriptedWalled> walled;
  std::string api, admin, ca;

  void SetUp() override {
    if (std::system("command -v mosquitto ssh-keygen git > /dev/null") != 0) {
      GTEST_SKIP() << "needs mosquitto, ssh-keygen and git (tools/setup/packages.txt)";
    }
    ASSERT_NO_FATAL_FAILURE(make_repository());
    ASSERT_NO_FATAL_FAILURE(start_broker());
    ASSERT_NO_FATAL_FAILURE(enrol());
    walled = std::make_unique<ScriptedWalled>(folder / "net.sock", folder / "dev/identity/root.json");
    start_netd();
    ASSERT_TRUE(eventually([&] { return walled->online(); })) << log();
  }

  void TearDown() override {
    netd.reset();
    walled.reset();
    broker.reset();
    if (HasFailure()) std::fputs(log().c_str(), stderr);
  }

  /// Of the line that the broker prints when it is ready.
  std::string word_after(const std::string& key) const {
    const std::string text = log();
    const size_t at = text.find(key) + key.size();
    return text.substr(at, text.find_first_of(" \n", at) - at);
  }

  std::string log() const {
    return read_text(folder / "netd.log").value_or("") + read_text(folder / "broker.log").value_or("") +
           read_text(folder / "shell.log").value_or("");
  }

  void make_repository() {
    ASSERT_EQ(
        std::system(in(folder,
                       "ssh-keygen -q -t ed25519 -N '' -f key && printf 'author %s\\n' \"$(cat key.pub)\" > signers && "
                       "git init -q -b main reading && cd reading && git config user.name A && "
                       "git config user.email a@example && git config gpg.format ssh && "
                       "git config user.signingkey ../key && mkdir ocr")
                        .c_str()),
        0);
  }

  /// A new version of task ocr, committed and tagged.
  void tag(const std::string& version, const std::string& more = "") {
    const std::string toml = "name = \"ocr\"\nversion = \"" + version + "\"\non = [\"page.image\"]\n" + more;
    ASSERT_TRUE(write_file_atomically(folder / "reading/ocr/task.toml", toml));
    ASSERT_TRUE(
        write_file_atomically(folder / "reading/ocr/main.py", "def run(event, ctx):\n    return '" + version + "'\n"));
    ASSERT_EQ(std::system(in(folder, "cd reading && git add -A && git commit -qm " + version + " && git tag -s -m " +
                                         version + " ocr/v" + version)
                              .c_str()),
              0)
        << log();
  }

  /// On any free ports, or on those given.
  void start_broker(const std::string& http = "0", const std::string& https = "0", const std::string& mqtt = "0") {
    const auto at = [](const std::string& port) { return "\"127.0.0.1:" + port + "\"\n"; };
    ASSERT_TRUE(write_file_atomically(
        folder / "broker.toml", "[api]\nhttp = " + at(http) + "https = " + at(https) + "[mqtt]\nlisten = " + at(mqtt) +
                                    "[server]\nhost = \"127.0.0.1\"\n[tasks]\nallowed_signers = \"" +
                                    (folder / "signers") + "\"\n"));
    std::filesystem::remove(folder / "broker.log");
    broker =
        std::make_unique<Process>(std::vector<std::string>{kBin + "walle-broker", "--config", folder / "broker.toml",
                                                           "--state-dir", folder / "broker"},
                                  folder / "broker.log");
    ASSERT_TRUE(eventually([&] { return log().find("READY") != std::string::npos; })) << log();
    api = word_after(" api=");
    https_ = word_after(" https=");
    admin = read_text(folder / "broker/admin.token").value();
    while (!admin.empty() && admin.back() == '\n') admin.pop_back();
    ca = folder / "broker/keys/ca.crt";
  }

  Value call(const std::string& method, const std::string& path, const Value& body = Value()) {
    httplib::Client client(api);
    client.set_read_timeout(60, 0);
    const httplib::Headers headers = {{"Authorization", "Bearer " + admin}};
    const auto result =
        method == "GET" ? client.Get(path, headers) : client.Post(path, headers, to_json(body), "application/json");
    if (!result) return {{"error", httplib::to_string(result.error())}};
    Value out = parse_json(result->body).value_or(Value(result->body));
    if (out.is_object()) out["http"] = result->status;
    return out;
  }

  void enrol() {
    const Value token = call("POST", "/v1/tokens", {{"uses", 5}});
    ASSERT_TRUE(token.contains("token")) << to_json(token);
    const std::string command = kBin + "walle-netd --enrol " + https_ + " --token " + std::string(token["token"]) +
                                " --ca " + ca + " --device reader-7 --label room=lab --state-dir dev";
    ASSERT_EQ(std::system(in(folder, command).c_str()), 0) << log();
  }

  void start_netd() {
    netd = std::make_unique<Process>(
        std::vector<std::string>{kBin + "walle-netd", "--state-dir", folder / "dev", "--socket", folder / "net.sock"},
        folder / "netd.log");
  }

  /// A release of a tag to everyone at once.
  void release(const std::string& version) {
    const char* plan = "precondition = []\n[[stage]]\nname = \"all\"\nshare = 1.0\nsuccess = 0.5\nsoak = \"1s\"\n";
    const Value made =
        call("POST", "/v1/releases", {{"repository", folder / "reading"}, {"tag", "ocr/v" + version}, {"plan", plan}});
    ASSERT_EQ(made["http"], 201) << to_json(made) << log();
  }

  Value device() { return call("GET", "/v1/devices/reader-7"); }

  std::string https_;
};

TEST_F(AgentBroker, AReleaseReachesTheDeviceAndIsReported) {
  ASSERT_NO_FATAL_FAILURE(tag("1.0.0"));
  release("1.0.0");
  EXPECT_TRUE(eventually([&] { return walled->running("ocr") == "1.0.0"; }));
  EXPECT_TRUE(eventually([&] { return to_json(device()).find("\"1.0.0\"") != std::string::npos; }))
      << to_json(device());
  EXPECT_TRUE(walled->problems().empty()) << walled->problems()[0];
}

TEST_F(AgentBroker, ANetdKilledInTheMiddleEndsTheSame) {
  ASSERT_NO_FATAL_FAILURE(tag("1.0.0"));
  release("1.0.0");
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(15 * (i + 1)));
    netd->end(SIGKILL);
    start_netd();
  }
  EXPECT_TRUE(eventually([&] { return walled->running("ocr") == "1.0.0"; }));
  EXPECT_TRUE(eventually([&] { return to_json(device()).find("\"1.0.0\"") != std::string::npos; }))
      << to_json(device());
}

TEST_F(AgentBroker, AnExclusiveFileReachesItsDeviceAloneAndOnlySealed) {
  ASSERT_TRUE(make_folders(folder / "reading/ocr/users"));
  ASSERT_TRUE(write_file_atomically(folder / "reading/ocr/users/reader-7.json", "{\"secret\": \"own words\"}"));
  ASSERT_TRUE(write_file_atomically(folder / "reading/ocr/users/reader-8.json", "{\"secret\": \"others words\"}"));
  walled->exclusive = {"users/reader-7.json"};
  ASSERT_NO_FATAL_FAILURE(tag("1.0.0", "[files]\nexclusive = [\"users/${device.id}.json\"]\n"));
  release("1.0.0");
  ASSERT_TRUE(eventually([&] { return walled->running("ocr") == "1.0.0"; }));
  EXPECT_EQ(read_text(walled->bundle_folder() + "/users/reader-7.json").value_or(""), "{\"secret\": \"own words\"}");
  EXPECT_FALSE(std::filesystem::exists(walled->bundle_folder() + "/users/reader-8.json"));
  EXPECT_NE(std::system(("grep -rq words '" + (folder / "broker/origin") + "'").c_str()), 0)
      << "what anyone can download does not show what is in it";
  EXPECT_EQ(std::system(("grep -rq words '" + (folder / "broker/exclusive") + "'").c_str()), 0);
}

TEST_F(AgentBroker, ABadVersionIsLeftByItself) {
  ASSERT_NO_FATAL_FAILURE(tag("1.0.0"));
  release("1.0.0");
  ASSERT_TRUE(eventually([&] { return walled->running("ocr") == "1.0.0"; }));
  walled->bad.insert("1.1.0");
  ASSERT_NO_FATAL_FAILURE(tag("1.1.0"));
  release("1.1.0");
  EXPECT_TRUE(eventually([&] { return log().find("refused → rolled_back") != std::string::npos; }));
  EXPECT_TRUE(eventually([&] { return walled->running("ocr") == "1.0.0"; }));
}

TEST_F(AgentBroker, FeaturesReachTheSinkOnceAndLeaveTheSpool) {
  walled->send_feature("f1", {{"words", 12}});
  EXPECT_TRUE(eventually([&] { return walled->uploaded() == std::vector<std::string>{"f1"}; }));
  walled->send_feature("f1", {{"words", 12}});
  EXPECT_TRUE(eventually([&] { return walled->uploaded().size() == 2; })) << "acknowledged again";
  const Value results = call("GET", "/v1/results");
  EXPECT_EQ(results["results"].size(), 1U) << to_json(results);
}

TEST_F(AgentBroker, ABrokerThatGoesIsNamedAndWhenItComesBackEverythingGoesOn) {
  const auto port = [](const std::string& url) { return url.substr(url.rfind(':') + 1); };
  const std::string http = port(word_after(" api=")), https = port(word_after(" https="));
  const std::string mqtt = port(word_after(" mqtt="));
  broker->end(SIGKILL);
  EXPECT_TRUE(eventually([&] { return !walled->online(); }));
  EXPECT_NE(log().find("offline: "), std::string::npos) << log();
  walled->send_feature("f1", {{"words", 12}});
  ASSERT_NO_FATAL_FAILURE(start_broker(http, https, mqtt));
  EXPECT_TRUE(eventually([&] { return walled->online(); }, 30s)) << log();
  EXPECT_TRUE(eventually([&] { return walled->uploaded() == std::vector<std::string>{"f1"}; })) << "sent meanwhile";
  ASSERT_NO_FATAL_FAILURE(tag("1.0.0"));
  release("1.0.0");
  EXPECT_TRUE(eventually([&] { return walled->running("ocr") == "1.0.0"; }));
}

}  // namespace
}  // namespace walle::integration
