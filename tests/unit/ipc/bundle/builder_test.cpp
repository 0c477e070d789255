#include "ipc/bundle/builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/origin_writer.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

struct BuilderTest : testing::Test {
  support::TemporaryFolder folder;
  BlobStore store = BlobStore::open(folder / "store").value();
  void SetUp() override { support::write_task(folder / "ocr", "ocr", "1.0.0", 300'000); }
  Result<BuiltBundle> build() {
    return build_bundle({.folder = folder / "ocr", .scenario = "reading", .counter = 3}, store);
  }
};

TEST_F(BuilderTest, EveryFileIsABlob) {
  const auto built = build();
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(built->manifest.files.size(), 3U);
  for (const FileEntry& file : built->manifest.files) EXPECT_TRUE(store.verify(file.sha256)) << file.path;
  EXPECT_EQ(sha256(built->text), built->digest);
  EXPECT_TRUE(store.has(built->digest));
  EXPECT_EQ(decode_manifest(built->text).value().counter, 3);
  EXPECT_EQ(build().value().digest, built->digest) << "the same folder gives the same bytes";
}

TEST_F(BuilderTest, GitIsLeftOut) {
  ASSERT_TRUE(make_folders(folder / "ocr/.git"));
  ASSERT_TRUE(write_file_atomically(folder / "ocr/.git/config", std::string_view("x")));
  EXPECT_EQ(build().value().manifest.files.size(), 3U);
}

TEST_F(BuilderTest, LinksAreRefused) {
  ASSERT_EQ(::symlink("/etc/passwd", (folder / "ocr/secret").c_str()), 0);
  EXPECT_THAT(build().error().message, testing::HasSubstr("secret"));
}

TEST_F(BuilderTest, ExclusiveFilesAreSetApart) {
  ASSERT_TRUE(write_file_atomically(folder / "ocr/task.toml",
                                    std::string_view("name = \"ocr\"\nversion = \"1.0.0\"\n[files]\nexclusive = "
                                                     "[\"users/${device.id}.json\"]\n")));
  ASSERT_TRUE(make_folders(folder / "ocr/users"));
  ASSERT_TRUE(write_file_atomically(folder / "ocr/users/reader-7.json", std::string_view("{}")));
  const auto built = build().value();
  ASSERT_EQ(built.exclusive.size(), 1U);
  EXPECT_EQ(built.exclusive[0].device, "reader-7");
  EXPECT_EQ(built.exclusive[0].path, "users/reader-7.json");
  EXPECT_EQ(built.manifest.files.size(), 3U);
}

}  // namespace
}  // namespace walle::bundle
