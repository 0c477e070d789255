#include "cloud-broker/core/service.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cloud-broker/process/process.h"
#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::core {
namespace {

constexpr int64_t kSecond = 1'000'000;

/// The service over a real SQLite, git and keys, with devices that are function calls and a clock of our own.
class ServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.state_dir = folder_ / "state";
    config_.database = "sqlite://" + (folder_ / "state/broker.db");
    config_.allowed_signers = folder_ / "allowed_signers";
    repository_ = folder_ / "library";
    std::filesystem::create_directories(repository_ + "/ocr");
    shell(
        "git init -q library && ssh-keygen -q -t ed25519 -N '' -f author && (printf 'a@example ' && cat author.pub) > "
        "allowed_signers");
    for (const char* version : {"1.0.0", "1.1.0"}) tag(version);
    reopen();
  }
  void shell(const std::string& script) {
    const auto outcome = process::run({"sh", "-ec", script}, {.folder = folder_.path()});
    ASSERT_TRUE(outcome);
    ASSERT_EQ(outcome->exit_code, 0) << process::tail(*outcome);
  }
  void tag(const std::string& version, const std::string& more = "") {
    ASSERT_TRUE(write_file_atomically(repository_ + "/ocr/task.toml",
                                      "name = \"ocr\"\nversion = \"" + version + "\"\n" + more));
    ASSERT_TRUE(write_file_atomically(repository_ + "/ocr/main.py", "# " + version + "\n"));
    shell(
        "cd library && git add -A && git -c user.name=a -c user.email=a@example commit -qm x && git -c user.name=a -c "
        "user.email=a@example -c gpg.format=ssh -c user.signingkey=../author tag -s ocr/v" +
        version + " -m x");
  }
  void reopen() {
    service_.reset();
    auto service = Service::open(config_, clock_);
    ASSERT_TRUE(service) << service.error().message;
    service_ = std::move(*service);
    service_->set_endpoints({"ssl://broker:8883", {"https://broker/v1"}});
  }
  void enrol(const std::string& name) {
    const auto token = service_->make_token({.device = name, .actor = "test"});
    ASSERT_TRUE(token) << token.error().message;
    wire::EnrolRequest request;
    request.token = *token;
    request.csr_pem = pki::make_request(name)->csr_pem;
    const auto enrolled = service_->enrol(request);
    ASSERT_TRUE(enrolled) << enrolled.error().message;
  }
  int64_t create(const std::string& version, const std::string& plan = "") {
    const auto made = service_->create_release({repository_, "ocr/v" + version, plan, "test"});
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? (*made)["counter"].get<int64_t>() : 0;
  }
  std::string state_of(int64_t counter) { return (*service_->release(counter)).value("state", ""); }
  /// A report; the tasks that the offer names.
  std::vector<wire::OfferedTask> report(const std::string& device, std::vector<wire::InstalledTask> tasks = {},
                                        std::vector<wire::Outcome> outcomes = {}) {
    wire::Profile profile;
    profile.memory_mb = 512;
    profile.tasks = std::move(tasks);
    wire::Report report;
    report.device = device;
    report.boot = "b";
    report.digest = wire::digest_of(profile);
    report.profile = profile;
    report.outcomes = std::move(outcomes);
    const auto answer = service_->on_report(device, wire::encode_report(report));
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
    if (!answer || answer->offer.empty()) return {};
    const auto envelope = bundle::parse_envelope(answer->offer);
    return wire::offer_from_value(envelope->content)->tasks;
  }
  static wire::Outcome outcome(int64_t counter, bool good, uint64_t seq = 1) {
    wire::Outcome out;
    out.seq = seq;
    out.task = "ocr";
    out.version = "1.0.0";
    out.counter = counter;
    out.result = good ? "committed" : "failed";
    return out;
  }

  support::TemporaryFolder folder_;
  std::string repository_;
  Config config_;
  ManualClock clock_;
  std::unique_ptr<Service> service_;
};

TEST_F(ServiceTest, StoppingRuleRollsBackWithABoundAndASample) {
  for (int i = 0; i < 30; ++i) enrol("d" + std::to_string(i));
  const int64_t counter = create("1.0.0", "[stop]\nfailure = 0.1\nat_least = 10\n");
  for (int i = 0; i < 30; ++i) EXPECT_EQ(report("d" + std::to_string(i)).size(), 1U);
  for (int i = 0; i < 9; ++i) report("d" + std::to_string(i), {}, {outcome(counter, i >= 3)});
  EXPECT_EQ(state_of(counter), "beta") << "nine reports may not decide";
  report("d9", {}, {outcome(counter, false)});
  EXPECT_EQ(state_of(counter), "rolled_back") << (*service_->release(counter)).value("reason", "");
}

TEST_F(ServiceTest, AnExclusiveFileIsSealedOnceForEachDevice) {
  std::filesystem::create_directories(repository_ + "/ocr/users");
  for (const char* device : {"d1", "d2"})
    ASSERT_TRUE(write_file_atomically(repository_ + "/ocr/users/" + device + ".json", "{}"));
  tag("1.2.0", "[files]\nexclusive = [\"users/${device.id}.json\"]\n");
  for (const char* device : {"d1", "d2", "d3"}) enrol(device);
  create("1.2.0");
  const auto first = report("d1").at(0).exclusive;
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].path, "users/d1.json");
  EXPECT_TRUE(service_->blobs().has(first[0].sha256));
  reopen();
  EXPECT_EQ(report("d1").at(0).exclusive.at(0).sha256, first[0].sha256) << "the same bytes again";
  EXPECT_NE(report("d2").at(0).exclusive.at(0).sha256, first[0].sha256);
  EXPECT_TRUE(report("d3").at(0).exclusive.empty());
}

TEST_F(ServiceTest, SilentDevicesAreFailures) {
  for (int i = 0; i < 12; ++i) enrol("d" + std::to_string(i));
  const int64_t counter = create("1.0.0", "[stop]\nat_least = 10\nsilence = \"60s\"\naction = \"pause\"\n");
  for (int i = 0; i < 12; ++i) report("d" + std::to_string(i));
  clock_.advance_us(59 * kSecond);
  service_->tick();
  EXPECT_EQ(state_of(counter), "beta");
  clock_.advance_us(2 * kSecond);
  service_->tick();
  EXPECT_EQ(state_of(counter), "paused");
}

TEST_F(ServiceTest, SoakIsWaitedFor) {
  enrol("d1");
  const int64_t counter = create("1.0.0", "[[stage]]\nname = \"all\"\nshare = 1.0\nsoak = \"10m\"\n");
  report("d1");
  report("d1", {}, {outcome(counter, true)});
  EXPECT_EQ(state_of(counter), "beta");
  clock_.advance_us(601 * kSecond);
  service_->tick();
  EXPECT_EQ(state_of(counter), "released");
}

TEST_F(ServiceTest, NewReleaseSupersedesWhenItIsReleased) {
  enrol("d1");
  const int64_t first = create("1.0.0");
  report("d1");
  report("d1", {{"ocr", "1.0.0", first, "active"}}, {outcome(first, true)});
  ASSERT_EQ(state_of(first), "released");
  const int64_t second = create("1.1.0");
  EXPECT_EQ(state_of(first), "released") << "it serves until the new one has shown itself";
  report("d1", {{"ocr", "1.0.0", first, "active"}});
  report("d1", {{"ocr", "1.1.0", second, "active"}}, {outcome(second, true, 2)});
  EXPECT_EQ(state_of(second), "released");
  EXPECT_EQ(state_of(first), "superseded");
}

TEST_F(ServiceTest, RollbackOfAReleasedVersionGoesBackToTheSupersededOne) {
  enrol("d1");
  const int64_t first = create("1.0.0");
  report("d1");
  report("d1", {{"ocr", "1.0.0", first, "active"}}, {outcome(first, true)});
  const int64_t second = create("1.1.0");
  report("d1", {{"ocr", "1.0.0", first, "active"}});
  report("d1", {{"ocr", "1.1.0", second, "active"}}, {outcome(second, true, 2)});
  ASSERT_EQ(state_of(first), "superseded");
  ASSERT_TRUE(service_->act(second, rollout::Event::roll_back, "test", "it smells"));
  const auto offered = report("d1", {{"ocr", "1.1.0", second, "active"}});
  ASSERT_EQ(offered.size(), 1U);
  EXPECT_EQ(offered[0].version, "1.0.0");
  EXPECT_EQ(offered[0].action, wire::OfferAction::rollback);
  EXPECT_GT(offered[0].counter, second);
}

TEST_F(ServiceTest, RollbackIsNotTakenBackByItself) {
  for (int i = 0; i < 20; ++i) enrol("d" + std::to_string(i));
  const int64_t first = create("1.0.0");
  for (int i = 0; i < 20; ++i) report("d" + std::to_string(i), {}, {});
  for (int i = 0; i < 20; ++i) report("d" + std::to_string(i), {}, {outcome(first, true)});
  const int64_t second = create("1.1.0");
  ASSERT_TRUE(service_->act(second, rollout::Event::roll_back, "test", ""));
  const int64_t back = second + 1;
  for (int i = 0; i < 20; ++i) report("d" + std::to_string(i));
  for (int i = 0; i < 20; ++i) report("d" + std::to_string(i), {}, {outcome(back, false, 2)});
  service_->tick();
  EXPECT_EQ(state_of(back), "released");
}

TEST_F(ServiceTest, EverythingIsThereAfterReopening) {
  enrol("d1");
  const int64_t counter = create("1.0.0");
  ASSERT_EQ(report("d1").size(), 1U);
  const int64_t epoch = service_->epoch();
  reopen();
  EXPECT_EQ(service_->epoch(), epoch);
  EXPECT_EQ(report("d1").size(), 1U);
  report("d1", {{"ocr", "1.0.0", counter, "active"}}, {outcome(counter, true)});
  EXPECT_EQ(state_of(counter), "released");
  EXPECT_TRUE(service_->store().verify_audit());
}

TEST_F(ServiceTest, EveryScheduleOfReportsEndsInTheSameState) {
  // Lost, repeated and reordered reports: the end is that of a perfect network.
  for (int i = 0; i < 6; ++i) enrol("d" + std::to_string(i));
  const int64_t counter = create("1.0.0");
  uint64_t random = 42;
  const auto next = [&random] { return random = random * 6364136223846793005ULL + 1442695040888963407ULL; };
  for (int round = 0; round < 120; ++round) {
    const std::string device = "d" + std::to_string((next() >> 33) % 6);
    if ((next() >> 40) % 3 == 0) {
      report(device);
    } else if ((next() >> 40) % 4 != 0) {
      report(device, {{"ocr", "1.0.0", counter, "active"}}, {outcome(counter, true)});
    }
  }
  for (int i = 0; i < 6; ++i) {
    report("d" + std::to_string(i));
    report("d" + std::to_string(i), {{"ocr", "1.0.0", counter, "active"}}, {outcome(counter, true)});
  }
  const Value release = *service_->release(counter);
  EXPECT_EQ(release.value("state", ""), "released");
  EXPECT_EQ(release["total"].value("good", 0), 6);
}

TEST_F(ServiceTest, StrangersAndFalseNamesAreRefused) {
  enrol("d1");
  wire::Report report;
  report.device = "d1";
  EXPECT_EQ(service_->on_report("d2", wire::encode_report(report)).error().code, ErrorCode::permission_denied);
  report.device = "d2";
  EXPECT_EQ(service_->on_report("d2", wire::encode_report(report)).error().code, ErrorCode::permission_denied);
  const std::vector<uint8_t> noise = {1, 2, 3};
  EXPECT_FALSE(service_->on_report("d1", noise));
}

TEST_F(ServiceTest, LabelsOfTheOperatorDecideOverTheDevicesOwn) {
  enrol("d1");
  create("1.0.0", "targets = 'labels.room == \"reading\"'");
  EXPECT_TRUE(report("d1").empty());
  ASSERT_TRUE(service_->set_labels("d1", {{"room", "reading"}}, "test"));
  EXPECT_EQ(report("d1").size(), 1U);
  EXPECT_FALSE(service_->set_labels("d1", {{"room", 5}}, "test"));
}

TEST_F(ServiceTest, UnknownPolicyIsRefusedBeforeAnythingHappens) {
  const auto made = service_->create_release(
      {repository_, "ocr/v1.0.0", "[[stage]]\nname = \"a\"\nshare = 1.0\npolicy = \"lottery\"\n", "test"});
  EXPECT_EQ(made.error().message, "no policy 'lottery'; there are device group uniform");
}

}  // namespace
}  // namespace walle::core
