#include "cloud-broker/api/handler.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace walle::api {
namespace {

constexpr std::array<std::string_view, 2> kKeys = {"a", "b"};

TEST(Handlers, NoTwoShareMethodAndPattern) {
  std::set<std::string> seen;
  for (const HandlerDef* handler : handlers()) {
    EXPECT_TRUE(seen.insert(std::string(handler->method) + " " + std::string(handler->pattern)).second);
    EXPECT_FALSE(handler->meaning.empty()) << handler->pattern;
  }
}

TEST(Handlers, OnlyEnrolmentOriginAndHealthAreOpen) {
  std::set<std::string_view> open;
  for (const HandlerDef* handler : handlers())
    if (handler->access == Access::open) open.insert(handler->pattern);
  EXPECT_EQ(open, (std::set<std::string_view>{"/healthz", "/v1/enrol", "/v1/blobs/{sha256}", "/v1/metadata/{file}"}));
}

TEST(Request, UnknownKeysAreNamed) {
  Request request;
  request.body = R"({"c": 1})";
  EXPECT_EQ(request.json(kKeys).error().message, "unknown key 'c'; known are a b");
  request.body = "[]";
  EXPECT_FALSE(request.json(kKeys));
  request.body = "";
  EXPECT_TRUE(request.json(kKeys));
}

TEST(Request, NumbersAreBounded) {
  Request request;
  request.query = {{"limit", "5"}, {"bad", "5x"}, {"big", "99999999999999999999"}};
  EXPECT_EQ(*request.query_int("limit", 1, 1, 10), 5);
  EXPECT_EQ(*request.query_int("none", 1, 1, 10), 1);
  EXPECT_FALSE(request.query_int("limit", 1, 6, 10));
  EXPECT_FALSE(request.query_int("bad", 1, 1, 10));
  EXPECT_FALSE(request.query_int("big", 1, 1, 10));
}

}  // namespace
}  // namespace walle::api
