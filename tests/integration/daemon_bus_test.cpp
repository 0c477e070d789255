// What strangers can do on the bus: other users, hostile arguments, many calls at once.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <functional>

#include "ipc/client/manager.h"
#include "ipc/client/stream.h"
#include "ipc/client/tasks.h"
#include "ipc/dbus/names.h"
#include "libwalle/base/sanitized.h"
#include "tests/integration/daemon_support.h"

namespace walle::daemon_test {
namespace {

class DaemonBus : public ::testing::Test {
 protected:
  void SetUp() override { device.start(); }

  /// Runs `body` as another user, on a connection of its own; its exit code.
  int as_nobody(const std::function<int(client::Connection&)>& body) {
    ::chmod(device.folder().c_str(), 0755);
    const pid_t child = ::fork();
    if (child == 0) {
      if (::setgid(65534) != 0 || ::setuid(65534) != 0) ::_exit(99);
      auto connection = client::Connection::open(device.address());
      ::_exit(connection ? body(*connection) : 98);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  sd_bus* raw() {
    sd_bus* bus = nullptr;
    sd_bus_new(&bus);
    sd_bus_set_address(bus, device.address().c_str());
    sd_bus_set_bus_client(bus, 1);
    sd_bus_start(bus);
    return bus;
  }

  Device device;
};

TEST_F(DaemonBus, OthersMaySendEventsAndReadStatusButNotManageTasksNorSeeContents) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root to become another user";
  EXPECT_EQ(as_nobody([](client::Connection& connection) {
              client::Manager manager(connection);
              client::Stream stream(connection);
              client::Tasks tasks(connection);
              const auto code = [](const auto& result) { return result ? ErrorCode::internal : result.error().code; };
              if (!manager.get_status(Value::object())) return 1;
              if (!tasks.list(Value::object())) return 2;
              if (!stream.send({event("tap")}, Value::object())) return 3;
              if (code(tasks.remove("x", Value::object())) != ErrorCode::permission_denied) return 4;
              if (code(stream.rows("lines", Value::object())) != ErrorCode::permission_denied) return 5;
              if (code(stream.tail(Value::object())) != ErrorCode::permission_denied) return 6;
              if (code(tasks.run("x", {}, Value::object())) != ErrorCode::permission_denied) return 7;
              if (code(manager.get_log(Value::object())) != ErrorCode::permission_denied) return 8;
              return 0;
            }),
            0);
}

TEST_F(DaemonBus, AUserWhoSendsTooFastIsRefusedAndNobodyElse) {
  if (kSanitized) GTEST_SKIP() << "instrumented code is not fast enough to be too fast";
  if (::getuid() != 0) GTEST_SKIP() << "needs root to become another user";
  EXPECT_EQ(as_nobody([](client::Connection& connection) {
              client::Stream stream(connection);
              const std::vector<Value> many(2000, event("tap"));
              for (int i = 0; i < 60; ++i) {
                const auto sent = stream.send(many, Value::object());
                if (!sent) return sent.error().code == ErrorCode::resource_exhausted ? 0 : 1;
              }
              return 2;
            }),
            0);
  client::Stream stream(device.bus());
  EXPECT_TRUE(stream.send({event("tap")}, Value::object()));
}

TEST_F(DaemonBus, UnknownOptionsAndBadEventsAreNamed) {
  client::Stream stream(device.bus());
  const auto option = stream.send({event("tap")}, {{"hurry", true}});
  ASSERT_FALSE(option);
  EXPECT_NE(option.error().message.find("hurry"), std::string::npos);
  Value wrong = event("tap");
  wrong["colour"] = 1;
  const auto key = stream.send({event("tap"), wrong}, Value::object());
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(key.error().message.find("event 1"), std::string::npos);
  EXPECT_NE(key.error().message.find("colour"), std::string::npos);
  client::Manager manager(device.bus());
  EXPECT_EQ(manager.get_status(Value::object()).value()["events"]["accepted"], 0);
}

TEST_F(DaemonBus, LargeEventsComeInFilesAndOversizeOnesAreRefused) {
  client::Stream stream(device.bus());
  const auto file = [](const std::vector<uint8_t>& bytes) {
    UniqueFd fd(::memfd_create("event", MFD_CLOEXEC));
    EXPECT_EQ(::write(fd.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return fd;
  };
  const auto send = [&](UniqueFd fd) {
    std::vector<UniqueFd> files;
    files.push_back(std::move(fd));
    return stream.send_shared(std::move(files), Value::object());
  };
  EXPECT_TRUE(send(file(to_cbor(event("shot", "", {{"image", Value::binary(std::vector<uint8_t>(2U << 20))}})))));
  EXPECT_EQ(send(file(std::vector<uint8_t>(9U << 20))).error().code, ErrorCode::resource_exhausted);
  EXPECT_EQ(send(file({0xff, 0xff})).error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(send(UniqueFd(::open("/dev/zero", O_RDONLY | O_CLOEXEC))));
  EXPECT_FALSE(send(UniqueFd(::open("/", O_RDONLY | O_CLOEXEC))));
}

TEST_F(DaemonBus, DeepAndStrangeValuesAreRefusedAndTheServiceGoesOn) {
  sd_bus* bus = raw();
  sd_bus_message* message = nullptr;
  sd_bus_message_new_method_call(bus, &message, dbus::kBusName, dbus::kPath, "org.walle.Walle1.Stream", "Send");
  sd_bus_message_open_container(message, 'a', "a{sv}");
  sd_bus_message_open_container(message, 'a', "{sv}");
  sd_bus_message_open_container(message, 'e', "sv");
  sd_bus_message_append(message, "s", "contents");
  for (int i = 0; i < 30; ++i) sd_bus_message_open_container(message, 'v', "v");
  sd_bus_message_append(message, "v", "s", "deep");
  for (int i = 0; i < 30; ++i) sd_bus_message_close_container(message);
  for (int i = 0; i < 3; ++i) sd_bus_message_close_container(message);
  sd_bus_message_append(message, "a{sv}", 0);
  sd_bus_error error = SD_BUS_ERROR_NULL;
  EXPECT_LT(sd_bus_call(bus, message, 5'000'000, &error, nullptr), 0);
  EXPECT_STREQ(error.name, "org.walle.Walle1.Error.InvalidArgument");
  sd_bus_error_free(&error);
  sd_bus_message_unref(message);
  EXPECT_LT(sd_bus_call_method(bus, dbus::kBusName, "/org/walle/Walle1/session/7", "org.walle.Walle1.Session", "Close",
                               &error, nullptr, "a{sv}", 0),
            0);
  sd_bus_error_free(&error);
  sd_bus_flush_close_unref(bus);
  client::Manager manager(device.bus());
  EXPECT_TRUE(manager.get_status(Value::object()));
  EXPECT_EQ(manager.version().value(), "0.1.0");
}

TEST_F(DaemonBus, FilesThatAreNoModelsAreRefused) {
  client::Manager manager(device.bus());
  const auto load = [&](const char* path, const std::string& name) {
    return manager.load_model(UniqueFd(::open(path, O_RDONLY | O_CLOEXEC)), name, Value::object());
  };
  EXPECT_FALSE(load("/etc/passwd", "m"));
  EXPECT_FALSE(load("/dev/null", "m"));
  EXPECT_FALSE(load("/", "m"));
  EXPECT_EQ(load("/etc/passwd", "../m").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(manager.open_session("m", Value::object()).error().code, ErrorCode::not_found);
  EXPECT_TRUE(manager.list_models(Value::object()).value().empty());
}

TEST_F(DaemonBus, IntrospectionHasTheNamesOfArguments) {
  sd_bus* bus = raw();
  sd_bus_message* reply = nullptr;
  ASSERT_GE(sd_bus_call_method(bus, dbus::kBusName, dbus::kPath, "org.freedesktop.DBus.Introspectable", "Introspect",
                               nullptr, &reply, ""),
            0);
  const char* xml = nullptr;
  sd_bus_message_read(reply, "s", &xml);
  const std::string text = xml;
  EXPECT_NE(text.find("<arg type=\"aa{sv}\" name=\"events\" direction=\"in\"/>"), std::string::npos) << text;
  EXPECT_NE(text.find("org.walle.Walle1.Deployments"), std::string::npos);
  sd_bus_message_unref(reply);
  sd_bus_flush_close_unref(bus);
}

}  // namespace
}  // namespace walle::daemon_test
