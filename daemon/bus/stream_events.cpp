#include "daemon/bus/stream_events.h"

#include <sys/stat.h>
#include <unistd.h>

#include "libwalle/base/file.h"

namespace walle::daemon::bus {

size_t event_bytes(const wire::Event& event) { return to_cbor(event.contents).size(); }

Result<wire::Event> event_from_file(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return fail(ErrorCode::invalid_argument, "an event's file has to be a memfd or a regular file");
  if (status.st_size <= 0 || static_cast<uint64_t>(status.st_size) > wire::kMaxEventBytes)
    return fail(ErrorCode::resource_exhausted, "an event is at most 8 MiB");
  std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ErrorCode::invalid_argument, "the event's file cannot be read");
    done += static_cast<size_t>(n);
  }
  auto value = from_cbor(bytes);
  if (!value) return fail(ErrorCode::invalid_argument, value.error().message);
  return wire::event_from_value(*value);
}

}  // namespace walle::daemon::bus
