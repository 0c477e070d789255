#include "ipc/bundle/roles.h"

#include <gtest/gtest.h>

#include "tests/support/origin_writer.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

TEST(Roles, ThresholdCountsDifferentKeys) {
  const std::vector<SigningKey> keys = {SigningKey::generate().value(), SigningKey::generate().value(),
                                        SigningKey::generate().value()};
  std::map<std::string, PublicKey> known;
  Role role{.threshold = 2};
  for (const SigningKey& key : keys) {
    known[key.public_key().id()] = key.public_key();
    role.keys.push_back(key.public_key().id());
  }
  Envelope envelope{.content = {{"type", "x"}}};
  ASSERT_TRUE(add_signature(envelope, keys[0]));
  EXPECT_EQ(verify_threshold(envelope, role, known, "x").error().message, "x: 1 of 2 required signatures");
  envelope.signatures.push_back(envelope.signatures[0]);  // the same key twice is one key
  EXPECT_FALSE(verify_threshold(envelope, role, known, "x"));
  ASSERT_TRUE(add_signature(envelope, keys[2]));
  EXPECT_TRUE(verify_threshold(envelope, role, known, "x"));
  envelope.content["type"] = "y";
  EXPECT_FALSE(verify_threshold(envelope, role, known, "x"));
}

TEST(Roles, AKeyOfAnotherRoleDoesNotCount) {
  const support::TemporaryFolder folder;
  const support::OriginWriter origin(folder.path());
  const auto envelope =
      parse_envelope(support::OriginWriter::signed_text({{"type", "x"}}, origin.snapshot_key)).value();
  EXPECT_TRUE(verify_threshold(envelope, origin.root().snapshot, origin.root().keys, "x"));
  EXPECT_FALSE(verify_threshold(envelope, origin.root().director, origin.root().keys, "x"));
}

TEST(Roles, RootComesBack) {
  const support::TemporaryFolder folder;
  const support::OriginWriter origin(folder.path());
  const auto root = root_from_value(to_value(origin.root()));
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(to_value(*root), to_value(origin.root()));
}

TEST(Roles, RootWithImpossibleThresholdsIsRefused) {
  const support::TemporaryFolder folder;
  const support::OriginWriter origin(folder.path());
  const auto with = [&](const char* pointer, Value value) {
    Value root = to_value(origin.root());
    root[Value::json_pointer(pointer)] = std::move(value);
    return root_from_value(root).has_value();
  };
  EXPECT_TRUE(with("/version", 2));
  EXPECT_FALSE(with("/roles/root/threshold", 2));
  EXPECT_FALSE(with("/roles/root/threshold", 0));
  EXPECT_FALSE(with("/roles/director/keys", {"unknown"}));
  EXPECT_FALSE(with("/version", 0));
  EXPECT_FALSE(with("/type", "targets"));
  Value root = to_value(origin.root());
  const std::string id = origin.root_key.public_key().id();
  root["keys"][id] = std::string(64, '0');
  EXPECT_FALSE(root_from_value(root)) << "a key's id is the hash of its bytes";
}

}  // namespace
}  // namespace walle::bundle
