#include "ipc/wire/offer.h"

#include <gtest/gtest.h>

namespace walle::wire {
namespace {

Offer offer() {
  Offer out{.device = "reader-7", .nonce = "n", .epoch = 5, .time_us = 1, .expires_us = 2, .ask_profile = true};
  out.origins = {"https://origin.example/v1"};
  OfferedTask task{.scenario = "reading", .task = "ocr", .version = "1.2.0", .counter = 8, .manifest = sha256("m")};
  task.manifest_bytes = 700;
  task.window = OfferWindow{.from_minute = 1320, .to_minute = 300};
  task.exclusive = {{.path = "users/reader-7.json", .size = 20, .sha256 = sha256("x")}};
  out.tasks = {task, {.scenario = "reading", .task = "old", .action = OfferAction::remove, .counter = 9}};
  return out;
}

TEST(Offer, ComesBackWhole) {
  const auto got = offer_from_value(to_value(offer()));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(to_value(*got), to_value(offer()));
  EXPECT_EQ(got->tasks[0].window->from_minute, 1320);
  EXPECT_EQ(got->tasks[1].action, OfferAction::remove);
}

TEST(Offer, HoldsNothingThatCannotBeSigned) { EXPECT_TRUE(canonical_json(to_value(offer()))); }

TEST(Offer, HostileOnesAreRefused) {
  const auto with = [&](const char* pointer, Value value) {
    Value map = to_value(offer());
    map[Value::json_pointer(pointer)] = std::move(value);
    return offer_from_value(map).has_value();
  };
  EXPECT_TRUE(with("/later", 1));
  EXPECT_FALSE(with("/type", "root"));
  EXPECT_FALSE(with("/device", "a b"));
  EXPECT_FALSE(with("/epoch", -1));
  EXPECT_FALSE(with("/tasks/0/task", "../x"));
  EXPECT_FALSE(with("/tasks/0/scenario", "A"));
  EXPECT_FALSE(with("/tasks/0/action", "format_disk"));
  EXPECT_FALSE(with("/tasks/0/manifest", "00"));
  EXPECT_FALSE(with("/tasks/0/window", {{"from", -1}, {"to", 5}}));
  EXPECT_FALSE(with("/origins", Value(std::vector<std::string>(17, "u"))));
  EXPECT_FALSE(offer_from_value(Value::array()));
}

}  // namespace
}  // namespace walle::wire
