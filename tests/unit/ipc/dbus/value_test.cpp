#include "ipc/dbus/value.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include <array>
#include <limits>
#include <tuple>

#include "ipc/dbus/errors.h"
#include "ipc/dbus/marshal.h"

namespace walle::dbus {
namespace {

/// A message that was written and is read again, without a bus.
class Message : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    sd_bus_new(&bus);
    sd_bus_set_fd(bus, ends[0], ends[0]);
    sd_bus_set_anonymous(bus, 1);
    sd_bus_start(bus);
    ASSERT_GE(sd_bus_message_new_signal(bus, &message, "/a", "a.b", "C"), 0);
  }
  void TearDown() override {
    sd_bus_message_unref(message);
    sd_bus_unref(bus);
    ::close(ends[1]);
  }
  void seal() {
    ASSERT_GE(sd_bus_message_seal(message, 1, 0), 0);
    ASSERT_GE(sd_bus_message_rewind(message, 1), 0);
  }
  Value round_trip(const Value& value) {
    EXPECT_TRUE(append_variant(message, value));
    seal();
    auto back = read_variant(message);
    EXPECT_TRUE(back) << back.error().message;
    return back ? *back : Value("broken");
  }
  std::array<int, 2> ends{};
  sd_bus* bus = nullptr;
  sd_bus_message* message = nullptr;
};

TEST_F(Message, KeepsEveryKindOfValue) {
  const Value value{{"null", nullptr},
                    {"yes", true},
                    {"small", -5},
                    {"large", std::numeric_limits<uint64_t>::max()},
                    {"float", 0.25},
                    {"text", "häkchen"},
                    {"empty", ""},
                    {"bytes", Value::binary({0, 255})},
                    {"list", {1, "two", nullptr, Value::array()}},
                    {"map", {{"inner", Value::object()}}}};
  EXPECT_EQ(round_trip(value), value);
}

TEST_F(Message, CleansTextThatABusWouldRefuse) {
  EXPECT_EQ(round_trip(std::string("a\xff\0b", 4)),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
}

TEST_F(Message, UnderstandsPlainArraysAndStructsOfOtherClients) {
  sd_bus_message_append(message, "v", "as", 2, "a", "b");
  sd_bus_message_append(message, "v", "(is)", 7, "x");
  sd_bus_message_append(message, "v", "a{si}", 1, "k", 3);
  sd_bus_message_append(message, "v", "v", "s", "nested");
  seal();
  EXPECT_EQ(read_variant(message).value(), Value::array({"a", "b"}));
  EXPECT_EQ(read_variant(message).value(), Value::array({7, "x"}));
  EXPECT_EQ(read_variant(message).value(), (Value{{"k", 3}}));
  EXPECT_EQ(read_variant(message).value(), "nested");
}

TEST_F(Message, RefusesDescriptorsAndNestingOverTheBound) {
  Value deep = 1;
  for (int i = 0; i < kMaxDepth + 2; ++i) deep = Value::array({deep});
  EXPECT_EQ(append_variant(message, deep).error().code, ErrorCode::invalid_argument);
  sd_bus_message* other = nullptr;
  sd_bus_message_new_signal(bus, &other, "/a", "a.b", "C");
  sd_bus_message_append(other, "v", "h", 0);
  sd_bus_message_seal(other, 1, 0);
  sd_bus_message_rewind(other, 1);
  EXPECT_EQ(read_variant(other).error().code, ErrorCode::invalid_argument);
  sd_bus_message_unref(other);
}

TEST_F(Message, RefusesMapsWithOtherKeysThanText) {
  sd_bus_message_append(message, "a{iv}", 1, 5, "s", "x");
  seal();
  EXPECT_EQ(read_map(message).error().code, ErrorCode::invalid_argument);
}

TEST_F(Message, MarshalsTheTypesOfTheInterfaces) {
  using Tensors = std::map<std::string, std::tuple<std::string, std::vector<int64_t>, std::vector<uint8_t>>>;
  const Tensors tensors{{"x", {"f32", {1, 3}, {1, 2, 3}}}};
  EXPECT_EQ(Codec<Tensors>::signature(), "a{s(saxay)}");
  ASSERT_TRUE(append(message, tensors));
  ASSERT_TRUE(append(message, std::vector<uint64_t>{7, 8}));
  ASSERT_TRUE(append(message, UniqueFd(::dup(0))));
  seal();
  Tensors back;
  std::vector<uint64_t> ids;
  UniqueFd fd;
  ASSERT_TRUE(read(message, back));
  ASSERT_TRUE(read(message, ids));
  ASSERT_TRUE(read(message, fd));
  EXPECT_EQ(back, tensors);
  EXPECT_EQ(ids, (std::vector<uint64_t>{7, 8}));
  EXPECT_TRUE(fd);
}

TEST(Errors, HaveAStableNameAndComeBack) {
  EXPECT_EQ(error_name(ErrorCode::not_found), "org.walle.Walle1.Error.NotFound");
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_EQ(error_from(error_name(code), "m").code, code);
  }
  EXPECT_EQ(error_from("org.walle.Walle1.Error.FromTheFuture", "m").code, ErrorCode::internal);
  EXPECT_EQ(error_from("org.freedesktop.DBus.Error.ServiceUnknown", "m").code, ErrorCode::unavailable);
  EXPECT_EQ(error_from("org.example.Strange", "m").code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace walle::dbus
