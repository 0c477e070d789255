#include "libwalle/base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "libwalle/base/digest.h"

namespace walle {
namespace {

struct TemporaryFolder {
  TemporaryFolder() { ::mkdtemp(path.data()); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::string path = "/tmp/walle-file-test.XXXXXX";
};

TEST(File, AtomicWriteReplacesAndLeavesNoTemporary) {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/x";
  ASSERT_TRUE(write_file_atomically(path, "one").has_value());
  ASSERT_TRUE(write_file_atomically(path, "two").has_value());
  EXPECT_EQ(read_text(path).value(), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path), {}), 1);
}

TEST(File, ReadRefusesMoreThanTheLimit) {
  const auto refused = read_file("/dev/zero", 1000);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::resource_exhausted);
}

TEST(File, MissingFileNamesThePath) {
  const auto missing = read_file("/nonexistent/x");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_NE(missing.error().message.find("/nonexistent/x"), std::string::npos);
}

TEST(Digest, MatchesTheStandardsExample) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace walle
