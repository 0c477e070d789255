#include "ipc/wire/event.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "libwalle/base/file.h"

namespace walle::wire {
namespace {

std::string message_of(std::string_view json) {
  const auto events = events_from_json(json, ".");
  return events ? "" : events.error().message;
}

TEST(Event, RoundTripsThroughItsMapForm) {
  const Event event{"image", "reader", 1732480000000000, {{"lux", 120}}};
  const auto back = event_from_value(to_value(event));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->id, "image");
  EXPECT_EQ(back->page, "reader");
  EXPECT_EQ(back->time_us, 1732480000000000);
  EXPECT_EQ(back->contents, (Value{{"lux", 120}}));
}

TEST(Event, NeedsOnlyAnId) {
  const auto event = event_from_value({{"id", "tick"}});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->page, "");
  EXPECT_EQ(event->time_us, 0);
  EXPECT_TRUE(event->contents.is_object());
}

TEST(Event, RefusesUnknownKeysAndNamesTheKnownOnes) {
  EXPECT_NE(message_of(R"({"id":"a","pages":"x"})").find("no key 'pages'; it has \"id\", \"page\""), std::string::npos);
}

TEST(Event, RefusesNamesOutsideTheRule) {
  for (const char* id : {"", "A", "1a", "a b", "a.b", "é"}) EXPECT_FALSE(event_from_value({{"id", id}})) << id;
  EXPECT_FALSE(event_from_value({{"id", std::string(65, 'a')}}));
  EXPECT_TRUE(event_from_value({{"id", std::string(64, 'a')}}));
  EXPECT_FALSE(event_from_value({{"id", "a"}, {"page", "B"}}));
}

TEST(Event, RefusesWrongTypes) {
  EXPECT_FALSE(event_from_value(Value::array()));
  EXPECT_FALSE(event_from_value({{"id", 3}}));
  EXPECT_FALSE(event_from_value({{"id", "a"}, {"time_us", "now"}}));
  EXPECT_FALSE(event_from_value({{"id", "a"}, {"contents", {1, 2}}}));
}

TEST(Event, RefusesContentsOverTheLimit) {
  const auto event =
      event_from_value({{"id", "a"}, {"contents", {{"x", Value::binary(std::vector<uint8_t>(kMaxEventBytes + 1))}}}});
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, ErrorCode::resource_exhausted);
}

TEST(EventFile, TakesTheEventsOfACase) {
  const auto events = events_from_json(R"({"events": [{"id": "a"}, {"id": "b"}], "expect": {"n": 2}})", "/");
  ASSERT_TRUE(events.has_value()) << events.error().message;
  EXPECT_EQ(events->size(), 2U);
}

TEST(EventFile, NamesThePositionInAList) {
  EXPECT_NE(message_of(R"([{"id":"a"},{"id":"B"}])").find("event 2 of the list"), std::string::npos);
}

class EventFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/walle_event_XXXXXX";
    folder_ = ::mkdtemp(name);
    ASSERT_TRUE(make_folders(folder_ + "/in"));
    ASSERT_TRUE(write_file_atomically(folder_ + "/in/x.png", "PNG"));
    ASSERT_TRUE(write_file_atomically(folder_ + "/secret", "no"));
    std::filesystem::create_symlink(folder_ + "/secret", folder_ + "/in/link");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  Result<std::vector<Event>> read(const std::string& file) {
    return events_from_json(R"({"id":"image","contents":{"image":{"$file":")" + file + R"("}}})", folder_ + "/in");
  }
  std::string folder_;
};

TEST_F(EventFolder, ReplacesFileReferencesByTheirBytes) {
  const auto events = read("x.png");
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->front().contents["image"], Value::binary({'P', 'N', 'G'}));
}

TEST_F(EventFolder, NeverReadsOutsideTheFolder) {
  EXPECT_FALSE(read("../secret"));
  EXPECT_FALSE(read("link"));
  EXPECT_FALSE(read(folder_ + "/secret"));
  EXPECT_FALSE(read("absent"));
}

}  // namespace
}  // namespace walle::wire
