#include "ipc/bundle/path.h"

#include <gtest/gtest.h>

namespace walle::bundle {
namespace {

TEST(Path, GoodOnes) {
  for (const char* path : {"main.py", "models/det.walle", "a/b/c", "...", "a..b", ".hidden", "Ünïcode.txt"}) {
    EXPECT_TRUE(check_path(path)) << path;
  }
}

TEST(Path, HostileOnes) {
  for (const std::string& path :
       {std::string(), std::string("/etc/passwd"), std::string(".."), std::string("a/../b"), std::string("a//b"),
        std::string("a/"), std::string("./a"), std::string("a/."), std::string("a\\b"), std::string("a\nb"),
        std::string("a\0b", 3), std::string(".walle/manifest.json"), std::string(".walle"), std::string(1025, 'a'),
        std::string(256, 'a')}) {
    EXPECT_FALSE(check_path(path)) << path;
  }
  std::string deep = "a";
  for (int i = 0; i < 32; ++i) deep += "/a";
  EXPECT_FALSE(check_path(deep));
}

TEST(Glob, StarsStayInsideOnePart) {
  EXPECT_TRUE(glob_match("models/*.onnx", "models/det.onnx"));
  EXPECT_FALSE(glob_match("models/*.onnx", "models/a/det.onnx"));
  EXPECT_TRUE(glob_match("m?del", "model"));
  EXPECT_FALSE(glob_match("*", "a/b"));
  EXPECT_TRUE(glob_match("*a*b*c", "xxaxxbxxc"));
}

TEST(Glob, DoubleStarsCrossParts) {
  EXPECT_TRUE(glob_match("models/**", "models/a/b/c"));
  EXPECT_FALSE(glob_match("models/**", "models"));
  EXPECT_TRUE(glob_match("**/c", "a/b/c"));
  EXPECT_TRUE(glob_match("**/c", "c"));
  EXPECT_TRUE(glob_match("a/**/c", "a/c"));
  EXPECT_FALSE(glob_match("a/**/c", "a/b"));
}

}  // namespace
}  // namespace walle::bundle
