#include "ipc/bundle/seal.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "libwalle/base/file.h"
#include "tests/support/temporary_folder.h"

namespace walle::bundle {
namespace {

struct SealTest : testing::Test {
  support::TemporaryFolder folder;
  std::string key, certificate, other_key;
  const std::vector<uint8_t> plain = {'s', 'e', 'c', 'r', 'e', 't'};

  void SetUp() override {
    make("own");
    make("other");
    key = read_text(folder / "own.key").value();
    certificate = read_text(folder / "own.crt").value();
    other_key = read_text(folder / "other.key").value();
  }
  void make(const std::string& name) {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=d -days 1 -keyout " +
        (folder / (name + ".key")) + " -out " + (folder / (name + ".crt")) + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
};

TEST_F(SealTest, OnlyTheDeviceItIsForCanRead) {
  const auto sealed = seal_for(certificate, plain).value();
  EXPECT_EQ(open_sealed(key, sealed).value(), plain);
  EXPECT_EQ(open_sealed(other_key, sealed).error().code, ErrorCode::data_loss);
}

TEST_F(SealTest, EverySealIsDifferent) {
  EXPECT_NE(seal_for(certificate, plain).value(), seal_for(certificate, plain).value());
}

TEST_F(SealTest, AnyChangedOrMissingByteIsFound) {
  const auto sealed = seal_for(certificate, plain).value();
  for (size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= 1U;
    EXPECT_FALSE(open_sealed(key, changed)) << i;
    EXPECT_FALSE(open_sealed(key, std::span(sealed).first(i))) << i;
  }
}

TEST_F(SealTest, AnEmptyFileComesBack) {
  EXPECT_TRUE(open_sealed(key, seal_for(certificate, {}).value()).value().empty());
}

TEST_F(SealTest, NonsenseIsRefused) {
  EXPECT_FALSE(seal_for("nonsense", plain));
  EXPECT_FALSE(open_sealed("nonsense", seal_for(certificate, plain).value()));
}

}  // namespace
}  // namespace walle::bundle
