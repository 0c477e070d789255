#include "ipc/bundle/store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

struct StoreTest : testing::Test {
  support::TemporaryFolder folder;
  BlobStore store = BlobStore::open(folder.path(), 1 << 20).value();
};

TEST_F(StoreTest, KeepsWhatIsPut) {
  const Digest digest = store.put("hello").value();
  EXPECT_EQ(digest, sha256("hello"));
  EXPECT_TRUE(store.has(digest));
  EXPECT_TRUE(store.verify(digest));
  const auto bytes = store.get(digest).value();
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "hello");
  EXPECT_EQ(store.list().value().size(), 1U);
  ASSERT_TRUE(write_file_atomically(folder / "file", std::string_view("hello")));
  EXPECT_EQ(store.put_file(folder / "file").value(), digest);
}

TEST_F(StoreTest, ADamagedBlobIsFoundAndRemoved) {
  const Digest digest = store.put("hello").value();
  ASSERT_EQ(::chmod(store.path_of(digest).c_str(), 0644), 0);
  ASSERT_TRUE(write_file_atomically(store.path_of(digest), std::string_view("hellO")));
  EXPECT_EQ(store.get(digest).error().code, ErrorCode::data_loss);
  EXPECT_FALSE(store.has(digest));
}

TEST_F(StoreTest, APartialBlobResumes) {
  const Digest digest = sha256("hello world");
  {
    auto partial = store.begin(digest, 11).value();
    ASSERT_TRUE(partial.append(bytes_of("hello")));
  }
  auto partial = store.begin(digest, 11).value();
  EXPECT_EQ(partial.size(), 5);
  ASSERT_TRUE(partial.append(bytes_of(" world")));
  EXPECT_TRUE(store.finish(std::move(partial)));
  EXPECT_TRUE(store.verify(digest));
}

TEST_F(StoreTest, ABlobNeverGrowsPastItsSize) {
  auto partial = store.begin(sha256("x"), 4).value();
  EXPECT_EQ(partial.append(bytes_of("12345")).error().code, ErrorCode::resource_exhausted);
  EXPECT_FALSE(store.begin(sha256("x"), (1 << 20) + 1));
  EXPECT_FALSE(store.begin(sha256("x"), -1));
}

TEST_F(StoreTest, WrongBytesNeverGetTheName) {
  const Digest digest = sha256("right");
  auto partial = store.begin(digest, 5).value();
  ASSERT_TRUE(partial.append(bytes_of("wrong")));
  EXPECT_EQ(store.finish(std::move(partial)).error().code, ErrorCode::data_loss);
  EXPECT_FALSE(store.has(digest));
  EXPECT_EQ(store.begin(digest, 5).value().size(), 0);
}

TEST_F(StoreTest, CollectKeepsWhatItIsTold) {
  const Digest kept = store.put("kept").value();
  const Digest gone = store.put("gone").value();
  ASSERT_TRUE(store.begin(sha256("half"), 9).value().append(bytes_of("ha")));
  EXPECT_EQ(store.collect({kept}).value(), 6);
  EXPECT_TRUE(store.has(kept));
  EXPECT_FALSE(store.has(gone));
}

}  // namespace
}  // namespace walle::bundle
