#include "ipc/wire/topics.h"

#include <gtest/gtest.h>

namespace walle::wire {
namespace {

TEST(Topics, EveryKindComesBack) {
  for (const auto kind :
       {TopicKind::report, TopicKind::offer, TopicKind::feature, TopicKind::ack, TopicKind::event, TopicKind::link}) {
    const auto topic = parse_topic(topic_of("reader-7", kind));
    ASSERT_TRUE(topic) << topic.error().message;
    EXPECT_EQ(topic->device, "reader-7");
    EXPECT_EQ(topic->kind, kind);
    EXPECT_EQ(topic->partition, partition_of("reader-7"));
  }
}

TEST(Topics, PartitionIsTheFirstByteOfTheHash) {
  // sha256("abc") = ba7816bf…
  EXPECT_EQ(partition_of("abc"), 0xba);
  EXPECT_EQ(topic_of("abc", TopicKind::report), "walle/1/186/abc/report");
  EXPECT_EQ(topic_filter(186, TopicKind::offer), "walle/1/186/+/offer");
  EXPECT_EQ(topic_filter(-1, TopicKind::report), "walle/1/+/+/report");
}

TEST(Topics, ForeignTopicsAreRefused) {
  for (const char* text :
       {"", "walle", "walle/1/", "walle/1//", "walle/1/186/abc", "walle/1/186/abc/", "walle/1/186/abc/spam",
        "walle/1/0186/abc/report", "walle/1/187/abc/report", "walle/1/186/a/c/report", "walle/2/186/abc/report",
        "walle/1/x/abc/report", "walle/1/186/+/report", "walle/1/99999999999999999999/abc/report"}) {
    EXPECT_FALSE(parse_topic(text)) << text;
  }
}

TEST(Topics, DeviceNamesAreBounded) {
  EXPECT_TRUE(is_device_id("Reader-7.lab_2"));
  EXPECT_TRUE(is_device_id(std::string(64, 'a')));
  for (const std::string text : {"", "-a", "a/b", "a b", "a#", "a+", "ä"}) EXPECT_FALSE(is_device_id(text)) << text;
  EXPECT_FALSE(is_device_id(std::string(65, 'a')));
}

}  // namespace
}  // namespace walle::wire
