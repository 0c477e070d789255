#include "daemon/loop/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

#include "daemon/loop/channel_port.h"
#include "daemon/loop/journal.h"

namespace walle::daemon {
namespace {

class LoopTest : public ::testing::Test {
 protected:
  std::unique_ptr<Loop> loop = Loop::create().value();
};

TEST_F(LoopTest, TimersComeInOrderAndMayEndThemselves) {
  std::string order;
  Registration first;
  const Registration second = loop->after(2'000, [&] {
    order += "b";
    loop->stop();
  });
  first = loop->after(1'000, [&] {
    order += "a";
    first.reset();
  });
  loop->run();
  EXPECT_EQ(order, "ab");
}

TEST_F(LoopTest, PostedWorkFromAnotherThreadRunsOnTheLoop) {
  const auto here = std::this_thread::get_id();
  std::thread::id ran;
  std::thread other([&] {
    loop->post([&] {
      ran = std::this_thread::get_id();
      loop->stop();
    });
  });
  loop->run();
  other.join();
  EXPECT_EQ(ran, here);
}

TEST_F(LoopTest, WorkRunsElsewhereAndIsDoneHere) {
  const auto here = std::this_thread::get_id();
  std::thread::id worked;
  std::thread::id done;
  loop->work([&] { worked = std::this_thread::get_id(); },
             [&] {
               done = std::this_thread::get_id();
               loop->stop();
             });
  loop->run();
  EXPECT_NE(worked, here);
  EXPECT_EQ(done, here);
}

TEST_F(LoopTest, SignalsArrive) {
  const Registration signal = loop->on_signal(SIGUSR1, [&] { loop->stop(); });
  ::raise(SIGUSR1);
  loop->run();
}

TEST_F(LoopTest, ChannelPortsDeliverMessagesAndTheHangUp) {
  auto ends = channel::Channel::pair().value();
  std::vector<int> got;
  bool gone = false;
  auto port = ChannelPort::create(*loop, std::move(ends.first),
                                  {.received = [&](const channel::Message& m) { got.push_back(m.body["n"]); },
                                   .refused = nullptr,
                                   .gone =
                                       [&] {
                                         gone = true;
                                         loop->stop();
                                       }})
                  .value();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(ends.second.send({{"n", i}}));
  ASSERT_TRUE(port->send({{"hello", 1}}));
  EXPECT_EQ(ends.second.receive(1'000'000).value()->body["hello"], 1);
  UniqueFd(std::move(ends.second).take()).reset();
  loop->run();
  EXPECT_TRUE(gone);
  EXPECT_EQ(got.size(), 200U);
  EXPECT_EQ(port->send({{"late", 1}}).error().code, ErrorCode::unavailable);
}

TEST_F(LoopTest, APeerThatDoesNotReadHoldsNobodyUpAndIsBounded) {
  auto ends = channel::Channel::pair().value();
  auto port =
      ChannelPort::create(*loop, std::move(ends.first), {[](const channel::Message&) {}, nullptr, nullptr}).value();
  const Value large{{"x", std::string(10'000, 'x')}};
  Status status;
  int sent = 0;
  for (; sent < 1000 && status; ++sent) status = port->send(large, {}, 100);
  EXPECT_EQ(status.error().code, ErrorCode::resource_exhausted);
  int received = 0;
  std::thread reader([&] {
    while (received < sent - 1) {
      const auto message = ends.second.receive(2'000'000);
      if (!message || !*message) break;
      ++received;
    }
    loop->post([&] { loop->stop(); });
  });
  loop->run();
  reader.join();
  EXPECT_EQ(received, sent - 1);
}

TEST(JournalTest, KeepsLinesByTaskLevelAndNumber) {
  Journal journal(Level::error, false);
  journal.info("service");
  journal.add({.level = Level::warning, .task = "t", .version = "1.0.0", .run = 3, .text = "dark"});
  journal.add({.level = Level::debug, .task = "t", .text = std::string(10'000, 'x')});
  EXPECT_EQ(journal.read({}).size(), 3U);
  EXPECT_EQ(journal.read({.task = "t"}).size(), 2U);
  EXPECT_EQ(journal.read({.lowest = Level::warning}).size(), 1U);
  const auto rest = journal.read({.after = 2});
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_LT(rest[0]["text"].get<std::string>().size(), 5000U);
  EXPECT_EQ(journal.read({.limit = 1})[0]["number"], 3);
}

}  // namespace
}  // namespace walle::daemon
