#include "cloud-broker/tasks/admission.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "cloud-broker/process/process.h"
#include "cloud-broker/tasks/repository.h"
#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::tasks {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(repository_);
    git({"init", "-q"});
    ASSERT_TRUE(process::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder_ / "author"}));
    ASSERT_TRUE(write_file_atomically(signers_, "alice@example " + *read_text(folder_ / "author.pub")));
    store_ = std::move(*store::Store::open("sqlite://" + (folder_ / "broker.db")));
    blobs_ = std::make_unique<bundle::BlobStore>(std::move(*bundle::BlobStore::open(folder_ / "origin")));
  }
  void git(std::vector<std::string> arguments) {
    std::vector<std::string> command = {"git",
                                        "-c",
                                        "user.name=A",
                                        "-c",
                                        "user.email=a@example",
                                        "-c",
                                        "gpg.format=ssh",
                                        "-c",
                                        "user.signingkey=" + (folder_ / "author"),
                                        "-C",
                                        repository_};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto outcome = process::run(command);
    ASSERT_TRUE(outcome) << outcome.error().message;
    ASSERT_EQ(outcome->exit_code, 0) << process::tail(*outcome);
  }
  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(repository_ + "/" + file).parent_path());
    ASSERT_TRUE(write_file_atomically(repository_ + "/" + file, text));
  }
  void write_task(const std::string& prefix = "ocr/", const std::string& more = "") {
    write(prefix + "task.toml", "name = \"ocr\"\nversion = \"1.2.0\"\n" + more);
    write(prefix + "main.py", "def run(event, ctx): return {}\n");
  }
  void commit_and_tag(const std::string& how = "-s") {
    git({"add", "-A"});
    git({"commit", "-q", "-m", "x"});
    git({"tag", how, "ocr/v1.2.0", "-m", "x"});
  }
  Result<Admitted> run(int64_t counter = 1, const std::string& tag = "ocr/v1.2.0") {
    return admit(repository_, tag, counter, {folder_ / "work", signers_, 10'000'000}, *store_, *blobs_, 1);
  }
  std::string refusal() {
    const auto result = run();
    return result ? "admitted" : result.error().message;
  }

  support::TemporaryFolder folder_;
  std::string repository_ = folder_ / "library";
  std::string signers_ = folder_ / "allowed_signers";
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<bundle::BlobStore> blobs_;
};

TEST_F(AdmissionTest, SignedTagBecomesABundle) {
  write_task();
  commit_and_tag();
  const auto admitted = run();
  ASSERT_TRUE(admitted) << admitted.error().message;
  EXPECT_EQ(admitted->scenario, "library");
  EXPECT_EQ(admitted->signer, "alice@example");
  EXPECT_EQ(admitted->bundle.manifest.files.size(), 2U);
  EXPECT_TRUE(blobs_->has(admitted->bundle.digest));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "work")) << "scratch space is given back";
}

TEST_F(AdmissionTest, TaskAtTheTopOfItsBranchIsFound) {
  write_task("");
  commit_and_tag();
  EXPECT_EQ(refusal(), "admitted");
}

TEST_F(AdmissionTest, BareRepositoryIsAsGood) {
  write_task();
  commit_and_tag();
  const std::string bare = folder_ / "Library.git";
  ASSERT_TRUE(process::run({"git", "clone", "-q", "--bare", repository_, bare}));
  const auto admitted = admit(bare, "ocr/v1.2.0", 1, {folder_ / "work", signers_, 1}, *store_, *blobs_, 1);
  EXPECT_TRUE(admitted) << admitted.error().message;
}

TEST_F(AdmissionTest, UnsignedAndLightweightTagsAreRefused) {
  write_task();
  commit_and_tag("-a");
  EXPECT_NE(refusal().find("no signature of an allowed author"), std::string::npos);
  git({"tag", "ocr/v1.3.0"});
  EXPECT_NE(run(1, "ocr/v1.3.0").error().message.find("is not signed"), std::string::npos);
}

TEST_F(AdmissionTest, StrangersSignatureIsRefused) {
  write_task();
  commit_and_tag();
  ASSERT_TRUE(process::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder_ / "other"}));
  ASSERT_TRUE(write_file_atomically(signers_, "bob@example " + *read_text(folder_ / "other.pub")));
  EXPECT_EQ(run().error().code, ErrorCode::permission_denied);
  std::filesystem::remove(signers_);
  EXPECT_EQ(run().error().code, ErrorCode::failed_precondition);
}

TEST_F(AdmissionTest, RepositorysOwnConfigurationIsNotTrusted) {
  write_task();
  commit_and_tag("-a");
  write("liar.sh", "#!/bin/sh\necho 'Good \"git\" signature for alice@example with ED25519' >&2\nexit 0\n");
  std::filesystem::permissions(repository_ + "/liar.sh", std::filesystem::perms::owner_all);
  git({"config", "gpg.ssh.program", repository_ + "/liar.sh"});
  git({"config", "gpg.program", repository_ + "/liar.sh"});
  EXPECT_EQ(run().error().code, ErrorCode::permission_denied);
}

TEST_F(AdmissionTest, MovedTagIsRefused) {
  write_task();
  commit_and_tag();
  ASSERT_EQ(refusal(), "admitted");
  ASSERT_EQ(refusal(), "admitted") << "the same tag again is fine";
  git({"commit", "-q", "--allow-empty", "-m", "later"});
  git({"tag", "-f", "-s", "ocr/v1.2.0", "-m", "moved"});
  EXPECT_NE(refusal().find("has moved"), std::string::npos);
}

TEST_F(AdmissionTest, LinksAreRefused) {
  write_task();
  ASSERT_EQ(::symlink("/etc/passwd", (repository_ + "/ocr/secret").c_str()), 0);
  commit_and_tag();
  EXPECT_NE(refusal().find("secret is a link"), std::string::npos);
}

TEST_F(AdmissionTest, TreesOverTheLimitsAreRefused) {
  write_task();
  write("ocr/big.bin", std::string(5000, 'x'));
  commit_and_tag();
  const Tag tag = *read_tag(repository_, "ocr/v1.2.0");
  const auto bytes = export_task(repository_, tag.commit, "ocr", folder_ / "out", {.file_bytes = 4999});
  EXPECT_EQ(bytes.error().code, ErrorCode::resource_exhausted);
  const auto files = export_task(repository_, tag.commit, "ocr", folder_ / "out", {.files = 2});
  EXPECT_EQ(files.error().code, ErrorCode::resource_exhausted);
  EXPECT_TRUE(export_task(repository_, tag.commit, "ocr", folder_ / "out"));
}

TEST_F(AdmissionTest, PathsThatLeaveTheFolderAreRefused) {
  write_task();
  commit_and_tag();
  // A tree that git's own tools refuse to write: built by hand, entry by entry.
  const auto blob = process::run({"git", "-C", repository_, "rev-parse", "HEAD:ocr/main.py"});
  ASSERT_TRUE(blob);
  const std::string id = blob->output.substr(0, 40);
  const std::string script = "printf '100644 blob " + id + "\\ttask.toml\\n100644 blob " + id +
                             "\\tco\\\\..\\\\x\\n' | git -C " + repository_ + " mktree";
  const auto tree = process::run({"sh", "-c", script});
  ASSERT_TRUE(tree);
  ASSERT_EQ(tree->exit_code, 0) << process::tail(*tree);
  const auto commit = process::run(
      {"sh", "-c",
       "git -C " + repository_ + " -c user.name=a -c user.email=a commit-tree -m x " + tree->output.substr(0, 40)});
  ASSERT_TRUE(commit);
  const auto refused = export_task(repository_, commit->output.substr(0, 40), "ocr", folder_ / "out");
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument) << "backslashes are no part of a path";
}

TEST_F(AdmissionTest, TagHasToFitTheTask) {
  write("ocr/task.toml", "name = \"ocr\"\nversion = \"9.9.9\"\n");
  write("ocr/main.py", "");
  commit_and_tag();
  EXPECT_NE(refusal().find("does not fit its task.toml"), std::string::npos);
}

TEST_F(AdmissionTest, ModelThatCannotBeConvertedNamesTheReason) {
  write_task("ocr/", "[models]\ndet = \"models/det.onnx\"\n");
  write("ocr/models/det.onnx", "this is no model");
  commit_and_tag();
  EXPECT_EQ(run().error().code == ErrorCode::failed_precondition || run().error().code == ErrorCode::not_found, true)
      << refusal();
}

TEST_F(AdmissionTest, WalleModelsAreTakenAsTheyAre) {
  write_task("ocr/", "[models]\ndet = \"models/det.walle\"\n");
  write("ocr/models/det.walle", "bytes");
  commit_and_tag();
  EXPECT_EQ(refusal(), "admitted");
}

TEST(TagName, IsTaskSlashVersion) {
  EXPECT_EQ(parse_tag_name("ocr/v1.2.0")->version, "1.2.0");
  for (const char* bad : {"ocr", "ocr/1.2.0", "ocr/v1.2", "Ocr/v1.2.0", "a/b/v1.2.0", "ocr/v1.2.0-rc", "/v1.0.0"})
    EXPECT_FALSE(parse_tag_name(bad)) << bad;
}

TEST(Scenario, IsNamedByItsFolder) {
  EXPECT_EQ(*scenario_of("/srv/git/Library.git"), "library");
  EXPECT_EQ(*scenario_of("/srv/git/library/"), "library");
  EXPECT_EQ(*scenario_of("/srv/git/library/.git"), "library");
  EXPECT_FALSE(scenario_of("library"));
  EXPECT_FALSE(scenario_of("/srv/git/my library"));
}

}  // namespace
}  // namespace walle::tasks
