#include "tools/walle-ctl/device/device.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <iterator>

#include "ipc/client/stream.h"
#include "libwalle/base/file.h"

namespace walle::ctl {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSmallBytes = 256U << 10;
constexpr size_t kBatchBytes = 768U << 10;
constexpr size_t kBatchEvents = 1000;
constexpr size_t kFileBytes = 256U << 20;

Result<UniqueFd> event_file(const std::vector<uint8_t>& bytes) {
  UniqueFd fd(::memfd_create("walle-event", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return fail(system_error("memfd_create"));
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n <= 0) return fail(system_error("write to memfd"));
    done += static_cast<size_t>(n);
  }
  ::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return fd;
}

/// Events that go into one bus message.
struct Batch {
  std::vector<Value> events;
  size_t bytes = 0;
};

Status flush(client::Stream& stream, Batch& batch, std::vector<uint64_t>& numbers) {
  if (batch.events.empty()) return {};
  const auto sent = WALLE_TRY(stream.send(std::move(batch.events), Value::object()));
  numbers.insert(numbers.end(), sent.begin(), sent.end());
  batch = {};
  return {};
}

}  // namespace

Result<client::Connection> connect(const Context& context) { return client::Connection::open(context.bus()); }

Result<std::vector<uint64_t>> send_events(client::Connection& connection, const std::vector<wire::Event>& events) {
  client::Stream stream(connection);
  std::vector<uint64_t> numbers;
  Batch batch;
  for (const wire::Event& event : events) {
    Value value = wire::to_value(event);
    const std::vector<uint8_t> bytes = to_cbor(value);
    if (batch.events.size() >= kBatchEvents || batch.bytes + bytes.size() > kBatchBytes || bytes.size() > kSmallBytes)
      WALLE_TRY(flush(stream, batch, numbers));
    if (bytes.size() <= kSmallBytes) {
      batch.bytes += bytes.size();
      batch.events.push_back(std::move(value));
      continue;
    }
    std::vector<UniqueFd> files;
    files.push_back(WALLE_TRY(event_file(bytes)));
    const auto sent = WALLE_TRY(stream.send_shared(std::move(files), Value::object()));
    numbers.insert(numbers.end(), sent.begin(), sent.end());
  }
  WALLE_TRY(flush(stream, batch, numbers));
  return numbers;
}

Result<std::vector<wire::Event>> read_events(const std::string& file) {
  if (file == "-") {
    const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    return wire::events_from_json(text, ".");
  }
  const std::string text = WALLE_TRY(read_text(file, kFileBytes));
  const fs::path folder = fs::path(file).parent_path();
  auto events = wire::events_from_json(text, folder.empty() ? "." : folder.string());
  if (!events) return fail(events.error().with(file));
  return events;
}

std::vector<Value> event_values(const std::vector<wire::Event>& events) {
  std::vector<Value> values;
  for (const wire::Event& event : events) values.push_back(wire::to_value(event));
  return values;
}

std::string program_beside(const std::string& name) {
  std::error_code error;
  return (fs::read_symlink("/proc/self/exe", error).parent_path() / name).string();
}

}  // namespace walle::ctl
