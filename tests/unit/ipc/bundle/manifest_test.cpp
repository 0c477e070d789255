#include "ipc/bundle/manifest.h"

#include <gtest/gtest.h>

#include "libwalle/base/value.h"

namespace walle::bundle {
namespace {

Manifest manifest() {
  Manifest out{.scenario = "reading", .task = "ocr", .version = "1.2.3", .commit = std::string(40, 'a'), .counter = 4};
  out.files = {{.path = "main.py", .size = 3, .sha256 = sha256("abc")},
               {.path = "models/det.walle", .size = 10, .sha256 = sha256("d")}};
  out.files[1].chunks = {{.size = 4, .sha256 = sha256("1")}, {.size = 6, .sha256 = sha256("2")}};
  return out;
}

TEST(Manifest, BytesAreStable) {
  const std::string text = encode_manifest(manifest()).value();
  Manifest turned = manifest();
  std::swap(turned.files[0], turned.files[1]);
  EXPECT_EQ(encode_manifest(turned).value(), text);
  EXPECT_EQ(encode_manifest(decode_manifest(text).value()).value(), text);
  EXPECT_EQ(total_bytes(manifest()), 13);
}

TEST(Manifest, UnknownKeysAreIgnored) {
  Value value = parse_json(encode_manifest(manifest()).value()).value();
  value["later"] = 1;
  value["files"][0]["later"] = 1;
  EXPECT_TRUE(decode_manifest(to_json(value)));
}

bool accepted(const char* pointer, Value member) {
  Value value = parse_json(encode_manifest(manifest()).value()).value();
  value[Value::json_pointer(pointer)] = std::move(member);
  return decode_manifest(to_json(value)).has_value();
}

TEST(Manifest, PathsThatLeaveTheFolderAreRefused) {
  EXPECT_TRUE(accepted("/files/0/path", "other.py"));
  for (const char* path : {"../main.py", "/main.py", "a/../b", "", ".walle/manifest.json", "a\\b"}) {
    EXPECT_FALSE(accepted("/files/0/path", path)) << path;
  }
}

TEST(Manifest, APathMayNotOccurTwiceNorBeAFolderOfAnother) {
  EXPECT_FALSE(accepted("/files/0/path", "models/det.walle"));
  EXPECT_FALSE(accepted("/files/0/path", "models"));
}

TEST(Manifest, SizesAreBounded) {
  EXPECT_FALSE(accepted("/files/0/size", -1));
  EXPECT_FALSE(accepted("/files/0/size", kMaxBundleBytes + 1));
  EXPECT_FALSE(accepted("/files/0/size", 9.5));
  EXPECT_FALSE(accepted("/files/1/chunks/0/0", 5));
  EXPECT_FALSE(accepted("/files/1/chunks/0/0", 0));
  EXPECT_FALSE(accepted("/files/1/chunks", {1, 2}));
}

TEST(Manifest, HeadIsChecked) {
  EXPECT_FALSE(accepted("/type", "root"));
  EXPECT_FALSE(accepted("/format", 2));
  EXPECT_FALSE(accepted("/task", "../x"));
  EXPECT_FALSE(accepted("/version", "1.2"));
  EXPECT_FALSE(accepted("/commit", "abc"));
  EXPECT_FALSE(accepted("/counter", -1));
  EXPECT_FALSE(decode_manifest("[]"));
  EXPECT_FALSE(decode_manifest(""));
}

TEST(Manifest, VersionsAreThreeNumbers) {
  for (const char* text : {"0.0.0", "1.2.3", "10.20.30", "2147483647.0.0"}) EXPECT_TRUE(is_version(text)) << text;
  for (const char* text :
       {"", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.2.x", "1..3", "-1.2.3", "1.2.3 ", "2147483648.0.0"}) {
    EXPECT_FALSE(is_version(text)) << text;
  }
}

}  // namespace
}  // namespace walle::bundle
