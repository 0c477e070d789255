#include "ipc/bundle/signature.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "libwalle/base/base64.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

TEST(Signature, Rfc8032Test2) {
  PublicKey key;
  const auto raw = hex_decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c").value();
  std::copy(raw.begin(), raw.end(), key.bytes.begin());
  const auto signature = hex_decode(
                             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                             "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
                             .value();
  EXPECT_TRUE(key.verify("r", signature));
  EXPECT_FALSE(key.verify("s", signature));
}

TEST(Signature, SignsAndVerifies) {
  const SigningKey key = SigningKey::generate().value();
  const auto signature = key.sign("hello").value();
  EXPECT_TRUE(key.public_key().verify("hello", signature));
  EXPECT_FALSE(key.public_key().verify("hello!", signature));
  EXPECT_FALSE(SigningKey::generate().value().public_key().verify("hello", signature));
  EXPECT_FALSE(key.public_key().verify("hello", {}));
}

TEST(Signature, PemComesBackAndIsPrivate) {
  const support::TemporaryFolder folder;
  const SigningKey key = SigningKey::generate().value();
  ASSERT_TRUE(key.save(folder / "key.pem"));
  struct stat info {};
  ASSERT_EQ(::stat((folder / "key.pem").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(SigningKey::load(folder / "key.pem").value().public_key(), key.public_key());
  EXPECT_FALSE(SigningKey::from_pem("-----BEGIN NONSENSE-----"));
  EXPECT_FALSE(SigningKey::load(folder / "absent.pem"));
}

}  // namespace
}  // namespace walle::bundle
