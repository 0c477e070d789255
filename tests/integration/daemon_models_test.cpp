// Models and sessions over the bus and over the private socket, with a model out of ONNX's own node tests.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "ipc/channel/channel.h"
#include "ipc/client/manager.h"
#include "ipc/client/session.h"
#include "ipc/shm/tensor_file.h"
#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

constexpr const char* kRelu = "/usr/share/libonnx-testdata/data/node/test_relu/model.onnx";  // x, y: f32[3,4,5]
constexpr int64_t kCount = 60;

class DaemonModels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::access(kRelu, R_OK) != 0) GTEST_SKIP() << "libonnx-testdata is not installed";
    device.start();
    file = device.folder() + "/relu.walle";
    const std::string command = std::string(WALLE_BINARY_DIR "/bin/walle-model convert ") + kRelu + " -o " + file +
                                " > " + device.folder() + "/convert.log 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 30.0F;
  }
  Result<Value> load(const std::string& name, Value options = Value::object()) {
    return manager.load_model(UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), name, std::move(options));
  }
  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float)};
  }
  static void expect_relu(std::span<const uint8_t> raw) {
    ASSERT_EQ(raw.size(), kCount * sizeof(float));
    for (size_t i = 0; i < kCount; ++i) {
      float value = 0;
      std::memcpy(&value, raw.data() + i * sizeof(float), sizeof(float));
      EXPECT_EQ(value, std::max(0.0F, static_cast<float>(i) - 30.0F));
    }
  }
  Value run_message(uint64_t offset, uint64_t size) {
    return {{"type", "run"},
            {"run", 5},
            {"inputs",
             {{{"name", "x"}, {"dtype", "f32"}, {"dims", {3, 4, 5}}, {"fd", 0}, {"offset", offset}, {"bytes", size}}}}};
  }

  Device device;
  client::Manager manager{device.bus()};
  std::string file;
  std::array<float, kCount> values{};
};

TEST_F(DaemonModels, RunsSmallTensorsOverTheBus) {
  const auto model = load("relu");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)["inputs"][0]["dims"], Value::array({3, 4, 5}));
  const auto opened = manager.open_session("relu", Value::object()).value();
  client::Session session(device.bus(), opened.session.text);
  const auto out = session.run({{"x", {"f32", {3, 4, 5}, {bytes().begin(), bytes().end()}}}}, Value::object());
  ASSERT_TRUE(out) << out.error().message;
  expect_relu(std::get<2>(out->outputs.at("y")));
  const auto wrong = session.run({{"x", {"f32", {3, 4}, {1, 2}}}}, Value::object());
  EXPECT_EQ(wrong.error().code, ErrorCode::invalid_argument);
  const auto late = session.run({{"x", {"f32", {3, 4, 5}, {bytes().begin(), bytes().end()}}}}, {{"deadline_us", 1}});
  EXPECT_EQ(late.error().code, ErrorCode::deadline_exceeded);
  EXPECT_TRUE(session.close(Value::object()));
  EXPECT_FALSE(session.close(Value::object()));
}

TEST_F(DaemonModels, RunsTensorsInMemfdsOverTheBus) {
  ASSERT_TRUE(load("relu"));
  const auto opened = manager.open_session("relu", Value::object()).value();
  client::Session session(device.bus(), opened.session.text);
  const std::array<std::span<const uint8_t>, 1> blocks{bytes()};
  std::vector<uint64_t> offsets;
  std::map<std::string, std::tuple<std::string, std::vector<int64_t>, UniqueFd, uint64_t, uint64_t>> inputs;
  UniqueFd tensors = shm::make_tensor_file(blocks, offsets).value();
  inputs.emplace("x", std::tuple("f32", std::vector<int64_t>{3, 4, 5}, std::move(tensors), 0U, bytes().size()));
  const auto out = session.run_shared(std::move(inputs), Value::object());
  ASSERT_TRUE(out) << out.error().message;
  const auto& [dtype, dims, fd, offset, size] = out->outputs.at("y");
  const auto mapped = shm::map_tensor_file(fd.get()).value();
  expect_relu(shm::tensor_bytes(mapped, offset, size).value());
}

TEST_F(DaemonModels, RunsOverThePrivateSocketAndRefusesWhatIsHostile) {
  ASSERT_TRUE(load("relu"));
  auto opened = manager.open_session("relu", Value::object()).value();
  channel::Channel socket(std::move(opened.socket));
  const std::array<std::span<const uint8_t>, 1> blocks{bytes()};
  std::vector<uint64_t> offsets;
  const UniqueFd good = shm::make_tensor_file(blocks, offsets).value();
  const UniqueFd unsealed(::memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  const auto ask = [&](const Value& message, int fd) {
    const std::array<int, 1> files{fd};
    EXPECT_TRUE(socket.send(message, files));
    return socket.receive(10'000'000).value()->body;
  };
  EXPECT_EQ(ask(run_message(0, 240), unsealed.get())["code"], "invalid_argument");
  EXPECT_EQ(ask(run_message(64, 240), good.get())["code"], "invalid_argument");
  EXPECT_EQ(ask(run_message(0, 1ULL << 40), good.get())["code"], "invalid_argument");
  EXPECT_EQ(ask({{"type", "run"}}, good.get())["type"], "error");
  Value other_file = run_message(0, 240);
  other_file["inputs"][0]["fd"] = 9;
  EXPECT_EQ(ask(other_file, good.get())["code"], "invalid_argument");
  Value huge = run_message(0, 240);
  huge["inputs"][0]["dims"] = {int64_t{1} << 40, int64_t{1} << 40};
  EXPECT_EQ(ask(huge, good.get())["code"], "invalid_argument");
  Value strange = run_message(0, 240);
  strange["inputs"][0]["dtype"] = "f31";
  EXPECT_EQ(ask(strange, good.get())["code"], "invalid_argument");
  const std::array<int, 1> files{good.get()};
  ASSERT_TRUE(socket.send(run_message(0, 240), files));
  const auto answer = socket.receive(10'000'000).value();
  ASSERT_EQ(answer->body["type"], "result") << answer->body.dump();
  EXPECT_EQ(answer->body["run"], 5);
  const auto mapped = shm::map_tensor_file(answer->descriptors.at(0).get()).value();
  expect_relu(shm::tensor_bytes(mapped, answer->body["outputs"][0]["offset"], 240).value());
}

TEST_F(DaemonModels, AHangUpEndsTheSessionAndALeaverTakesItsModelAlong) {
  ASSERT_TRUE(load("relu"));
  auto opened = manager.open_session("relu", Value::object()).value();
  opened.socket.reset();
  const auto sessions = [&] { return manager.get_status(Value::object()).value()["sessions"].get<int>(); };
  for (int i = 0; i < 500 && sessions() != 0; ++i) ::usleep(2'000);
  EXPECT_EQ(sessions(), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto connection = client::Connection::open(device.address()).value();
    client::Manager other(connection);
    const auto loaded = other.load_model(UniqueFd(::open(file.c_str(), O_RDONLY)), "leaver", Value::object());
    const auto session = other.open_session("leaver", Value::object());
    ::_exit(loaded && session ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  const auto models = [&] { return manager.list_models(Value::object()).value().size(); };
  for (int i = 0; i < 500 && models() != 1; ++i) ::usleep(2'000);
  EXPECT_EQ(models(), 1U);
  EXPECT_EQ(sessions(), 0);
}

TEST_F(DaemonModels, SessionsOfOneUserAreBounded) {
  ASSERT_TRUE(load("relu"));
  std::vector<UniqueFd> sockets;
  Result<dbus::ManagerOpenSessionOut> opened = manager.open_session("relu", Value::object());
  for (; opened && sockets.size() < 100; opened = manager.open_session("relu", Value::object()))
    sockets.push_back(std::move(opened->socket));
  EXPECT_EQ(sockets.size(), 64U);
  EXPECT_EQ(opened.error().code, ErrorCode::resource_exhausted);
}

TEST_F(DaemonModels, ADamagedFileIsRefusedAndAnUnloadedModelSaysSo) {
  ASSERT_TRUE(load("relu"));
  EXPECT_EQ(load("relu").error().code, ErrorCode::already_exists);
  const auto opened = manager.open_session("relu", Value::object()).value();
  ASSERT_TRUE(manager.unload_model("relu", Value::object()));
  client::Session session(device.bus(), opened.session.text);
  EXPECT_EQ(session.run({}, Value::object()).error().code, ErrorCode::failed_precondition);
  const UniqueFd damaged(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::pwrite(damaged.get(), "xxxx", 4, 512), 4) << "inside the graph, which follows the header of 192 bytes";
  const auto refused = load("damaged");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("damaged"), std::string::npos) << refused.error().message;
  ASSERT_EQ(::ftruncate(damaged.get(), 1000), 0);
  EXPECT_FALSE(load("truncated"));
}

}  // namespace
}  // namespace walle::daemon_test
