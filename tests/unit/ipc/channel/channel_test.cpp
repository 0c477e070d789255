#include "ipc/channel/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <thread>

namespace walle::channel {
namespace {

constexpr int64_t kSecond = 1'000'000;

/// A raw packet as a hostile peer would send it.
void send_raw(int fd, std::vector<uint8_t> bytes, std::vector<int> descriptors = {}) {
  iovec part{bytes.data(), bytes.size()};
  std::vector<uint8_t> control(CMSG_SPACE(sizeof(int) * std::max<size_t>(1, descriptors.size())));
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof(int) * descriptors.size());
  }
  ASSERT_GE(::sendmsg(fd, &message, 0), 0);
}

std::vector<uint8_t> header(uint32_t place, uint64_t bytes) {
  std::vector<uint8_t> raw(16);
  const uint32_t magic = 0x31574c57;
  std::memcpy(raw.data(), &magic, 4);
  std::memcpy(raw.data() + 4, &place, 4);
  std::memcpy(raw.data() + 8, &bytes, 8);
  return raw;
}

size_t open_descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST(Channel, CarriesAMap) {
  auto ends = Channel::pair().value();
  ASSERT_TRUE(ends.first.send({{"type", "ready"}, {"pid", 12}}));
  const auto message = ends.second.receive(kSecond).value();
  ASSERT_TRUE(message);
  EXPECT_EQ(message->body["type"], "ready");
  EXPECT_EQ(message->body["pid"], 12);
  EXPECT_TRUE(message->descriptors.empty());
}

TEST(Channel, CarriesDescriptorsCloseOnExec) {
  auto ends = Channel::pair().value();
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const UniqueFd reader(pipe[0]);
  UniqueFd writer(pipe[1]);
  const std::array<int, 1> sent{writer.get()};
  ASSERT_TRUE(ends.first.send({{"type", "load"}}, sent));
  const auto message = ends.second.receive(kSecond).value();
  ASSERT_EQ(message->descriptors.size(), 1U);
  EXPECT_EQ(::fcntl(message->descriptors[0].get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  writer.reset();
  ASSERT_EQ(::write(message->descriptors[0].get(), "x", 1), 1);
  char byte = 0;
  ASSERT_EQ(::read(reader.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
}

TEST(Channel, CarriesLargeBodiesInAMemfdInFrontOfTheDescriptors) {
  auto ends = Channel::pair().value();
  std::vector<uint8_t> image(5U << 20);
  for (size_t i = 0; i < image.size(); ++i) image[i] = static_cast<uint8_t>(i * 7);
  const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::array<int, 1> sent{null.get()};
  ASSERT_TRUE(ends.first.send({{"type", "run"}, {"image", Value::binary(image)}}, sent));
  const auto message = ends.second.receive(kSecond).value();
  ASSERT_EQ(message->descriptors.size(), 1U);
  const std::vector<uint8_t>& bytes = message->body["image"].get_binary();
  EXPECT_EQ(bytes, image);
}

TEST(Channel, SaysNulloptWhenThePeerHungUp) {
  auto ends = Channel::pair().value();
  ASSERT_TRUE(ends.first.send({{"type", "last"}}));
  UniqueFd(std::move(ends.first).take()).reset();
  EXPECT_TRUE(ends.second.receive(kSecond).value());
  EXPECT_FALSE(ends.second.receive(kSecond).value());
  const auto status = ends.second.send({{"type", "late"}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::unavailable);
}

TEST(Channel, TimesOut) {
  auto ends = Channel::pair().value();
  EXPECT_EQ(ends.first.receive(0).error().code, ErrorCode::deadline_exceeded);
  Status status;
  for (int i = 0; i < 100'000 && status; ++i)
    status = ends.first.send({{"type", "flood"}, {"x", std::string(1000, 'x')}}, {}, 0);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::deadline_exceeded);
}

TEST(Channel, RefusesToSendOverTheLimits) {
  auto ends = Channel::pair().value();
  const std::vector<int> many(kMaxDescriptors + 1, 0);
  EXPECT_EQ(ends.first.send({{"type", "x"}}, many).error().code, ErrorCode::resource_exhausted);
  const Value large{{"x", Value::binary(std::vector<uint8_t>(kMaxBodyBytes + 1))}};
  EXPECT_EQ(ends.first.send(large).error().code, ErrorCode::resource_exhausted);
}

TEST(Channel, RefusesMalformedPacketsAndStaysUsable) {
  auto ends = Channel::pair().value();
  const std::vector<std::vector<uint8_t>> packets{
      {1},                              // shorter than the header
      std::vector<uint8_t>(64, 0xff),   // other magic
      header(0, 5),                     // body missing
      header(0, ~0ULL),                 // size overflows
      header(1, 100),                   // memfd missing
      header(7, 0),                     // unknown place
      std::vector<uint8_t>(60'000, 1),  // longer than any packet
  };
  for (const auto& packet : packets) {
    send_raw(ends.first.fd(), packet);
    const auto result = ends.second.receive(kSecond);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::data_loss);
  }
  auto list = header(0, 1);
  list.push_back(0x80);  // a CBOR list, not a map
  send_raw(ends.first.fd(), list);
  EXPECT_EQ(ends.second.receive(kSecond).error().code, ErrorCode::data_loss);
  ASSERT_TRUE(ends.first.send({{"type", "good"}}));
  EXPECT_EQ(ends.second.receive(kSecond).value()->body["type"], "good");
}

TEST(Channel, RefusesBodiesThatCouldChangeOrShrink) {
  auto ends = Channel::pair().value();
  const UniqueFd unsealed(::memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(unsealed.get(), 4096), 0);
  send_raw(ends.first.fd(), header(1, 4096), {unsealed.get()});
  EXPECT_EQ(ends.second.receive(kSecond).error().code, ErrorCode::data_loss);
  ASSERT_EQ(::fcntl(unsealed.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
  send_raw(ends.first.fd(), header(1, 8192), {unsealed.get()});
  EXPECT_EQ(ends.second.receive(kSecond).error().code, ErrorCode::data_loss);
  send_raw(ends.first.fd(), header(1, 1ULL << 40), {unsealed.get()});
  EXPECT_EQ(ends.second.receive(kSecond).error().code, ErrorCode::data_loss);
  const UniqueFd folder(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  send_raw(ends.first.fd(), header(1, 4096), {folder.get()});
  EXPECT_EQ(ends.second.receive(kSecond).error().code, ErrorCode::data_loss);
}

TEST(Channel, ClosesDescriptorsOfRefusedMessages) {
  auto ends = Channel::pair().value();
  const size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    send_raw(ends.first.fd(), {1, 2, 3}, std::vector<int>(10, 0));
    EXPECT_FALSE(ends.second.receive(kSecond));
    send_raw(ends.first.fd(), header(0, 9), std::vector<int>(100, 0));
    EXPECT_FALSE(ends.second.receive(kSecond));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(Channel, ConnectsToAListeningSocketOnlyTheOwnerMayUse) {
  const std::string path = ::testing::TempDir() + "walle-channel-" + std::to_string(::getpid());
  const UniqueFd listener = listen(path).value();
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  auto client = Channel::connect(path).value();
  Channel server(UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)));
  ASSERT_TRUE(client.send({{"type", "hello"}}));
  EXPECT_EQ(server.receive(kSecond).value()->body["type"], "hello");
  const UniqueFd again = listen(path).value();
  EXPECT_TRUE(again);
  ::unlink(path.c_str());
  EXPECT_EQ(Channel::connect(path).error().code, ErrorCode::not_found);
  EXPECT_EQ(Channel::connect(std::string(200, 'x')).error().code, ErrorCode::invalid_argument);
}

TEST(Channel, SendsFromOneThreadWhileAnotherReceives) {
  auto ends = Channel::pair().value();
  std::thread echo([&] {
    for (;;) {
      auto message = ends.second.receive();
      if (!message || !*message) return;
      if (!ends.second.send((*message)->body)) return;
    }
  });
  std::thread sender([&] {
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(ends.first.send({{"n", i}}));
  });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(ends.first.receive(10 * kSecond).value()->body["n"], i);
  sender.join();
  ::shutdown(ends.first.fd(), SHUT_RDWR);
  echo.join();
}

}  // namespace
}  // namespace walle::channel
