#include "ipc/bundle/installer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "ipc/bundle/trust.h"
#include "tests/support/origin_writer.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

struct InstallerTest : testing::Test {
  support::TemporaryFolder folder;
  support::OriginWriter origin{folder / "origin"};
  BuiltBundle built;
  std::string targets;
  std::string home = folder / "bundle";

  void SetUp() override {
    support::write_task(folder / "ocr", "ocr", "1.0.0", 100'000);
    built = origin.publish(folder / "ocr", 1, 1);
    targets = origin.metadata(targets_file("reading", 1));
  }
  Status install(const std::vector<ExtraFile>& extras = {}) {
    return assemble(origin.store(), built.text, {.targets = targets}, extras, home);
  }
};

TEST_F(InstallerTest, TheFolderIsWhatThePublisherSigned) {
  const Status status = install();
  ASSERT_TRUE(status) << status.error().message;
  const auto manifest = verify_folder(home, built.digest, origin.root());
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->version, "1.0.0");
  EXPECT_EQ(read_text(home + "/main.py").value(), read_text(folder / "ocr/main.py").value());
  EXPECT_TRUE(install()) << "again changes nothing";
}

TEST_F(InstallerTest, AChangedFileIsFound) {
  ASSERT_TRUE(install());
  ASSERT_TRUE(write_file_atomically(home + "/main.py", std::string_view("evil")));
  EXPECT_EQ(verify_folder(home, built.digest, origin.root()).error().code, ErrorCode::data_loss);
  ASSERT_TRUE(install());
  EXPECT_TRUE(verify_folder(home, built.digest, origin.root())) << "and repaired by installing again";
}

TEST_F(InstallerTest, AnAddedOrMissingFileIsFound) {
  ASSERT_TRUE(install());
  ASSERT_TRUE(write_file_atomically(home + "/extra.py", std::string_view("evil")));
  EXPECT_FALSE(verify_folder(home, built.digest, origin.root()));
  EXPECT_TRUE(verify_folder(home, built.digest, origin.root(), {"extra.py"}));
  std::filesystem::remove(home + "/extra.py");
  std::filesystem::remove(home + "/main.py");
  EXPECT_FALSE(verify_folder(home, built.digest, origin.root()));
}

TEST_F(InstallerTest, ALinkInThePlaceOfAFileIsRefused) {
  ASSERT_TRUE(install());
  std::filesystem::remove(home + "/main.py");
  ASSERT_EQ(::symlink((folder / "ocr/main.py").c_str(), (home + "/main.py").c_str()), 0);
  EXPECT_FALSE(verify_folder(home, built.digest, origin.root()));
}

TEST_F(InstallerTest, AnotherPublisherIsRefused) {
  ASSERT_TRUE(install());
  const support::OriginWriter other(folder / "other");
  EXPECT_EQ(verify_folder(home, built.digest, other.root()).error().code, ErrorCode::permission_denied);
  EXPECT_FALSE(verify_folder(home, sha256("x"), origin.root()));
}

TEST_F(InstallerTest, TheRootsThatFollowedThePinnedOneCount) {
  Root next = origin.root();
  next.version = 2;
  next.publishers["other"] = next.publishers["reading"];
  Root before = origin.root();
  before.publishers.erase("reading");
  Trust trust = Trust::pin(support::OriginWriter::signed_text(to_value(before), origin.root_key)).value();
  ASSERT_TRUE(trust.update_root(support::OriginWriter::signed_text(to_value(next), origin.root_key)));
  ASSERT_TRUE(install());
  EXPECT_FALSE(verify_folder(home, built.digest, before));
  ASSERT_TRUE(assemble(origin.store(), built.text, {.targets = targets, .roots = trust.root_chain()}, {}, home));
  EXPECT_TRUE(verify_folder(home, built.digest, before));
  EXPECT_TRUE(verify_folder(home, built.digest, next)) << "a verifier that is further already";
}

TEST_F(InstallerTest, AMissingBlobLeavesNoFolder) {
  ASSERT_TRUE(origin.store().remove(built.manifest.files[0].sha256));
  EXPECT_EQ(install().error().code, ErrorCode::not_found);
  EXPECT_FALSE(std::filesystem::exists(home));
}

TEST_F(InstallerTest, ExtraFilesStayInside) {
  EXPECT_FALSE(install({{.path = "../evil", .bytes = {1}}}));
  ASSERT_TRUE(install({{.path = "users/me.json", .bytes = {'{', '}'}}}));
  EXPECT_TRUE(verify_folder(home, built.digest, origin.root(), {"users/me.json"}));
}

}  // namespace
}  // namespace walle::bundle
