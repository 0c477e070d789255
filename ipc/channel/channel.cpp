#include "ipc/channel/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "libwalle/base/clock.h"
#include "libwalle/base/file.h"

namespace walle::channel {
namespace {

/// In front of every packet: where the body is, and how long. Little-endian, as both ends are one machine.
struct Header {
  uint32_t magic;
  uint32_t place;  ///< kInline: behind this header; kMemfd: in the first descriptor
  uint64_t bytes;
};
constexpr uint32_t kMagic = 0x31574c57;
constexpr uint32_t kInline = 0;
constexpr uint32_t kMemfd = 1;
constexpr size_t kMaxControlDescriptors = kMaxDescriptors + 1;
constexpr int kBodySeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

int64_t deadline_of(int64_t timeout_us) { return timeout_us < 0 ? -1 : system_clock().monotonic_us() + timeout_us; }

/// Waits until `events` hold or the deadline (monotonic, < 0: never) has come.
Status wait(int fd, short events, int64_t deadline_us) {
  for (;;) {
    int timeout_ms = -1;
    if (deadline_us >= 0) {
      const int64_t left = std::max<int64_t>(0, deadline_us - system_clock().monotonic_us());
      timeout_ms = static_cast<int>(std::min<int64_t>((left + 999) / 1000, 1 << 30));
    }
    pollfd entry{.fd = fd, .events = events, .revents = 0};
    const int ready = ::poll(&entry, 1, timeout_ms);
    if (ready > 0) return {};
    if (ready == 0) return fail(ErrorCode::deadline_exceeded, "no message within the time allowed");
    if (errno != EINTR) return fail(system_error("poll"));
  }
}

Result<UniqueFd> sealed_body(const std::vector<uint8_t>& bytes) {
  UniqueFd fd(::memfd_create("walle-message", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return fail(system_error("memfd_create"));
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(system_error("write to memfd"));
    done += static_cast<size_t>(n);
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, kBodySeals | F_SEAL_SEAL) != 0) return fail(system_error("seal memfd"));
  return fd;
}

Status send_packet(int socket, std::span<iovec> parts, std::span<const int> descriptors, int64_t deadline_us) {
  alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(int) * kMaxControlDescriptors)> control{};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return {};
    if (errno == EINTR) continue;
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
      return fail(ErrorCode::unavailable, "the peer has gone");
    if (errno == ETOOMANYREFS) return fail(ErrorCode::resource_exhausted, "too many descriptors are under way");
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(system_error("send on channel"));
    WALLE_TRY(wait(socket, POLLOUT, deadline_us));
  }
}

std::vector<UniqueFd> take_descriptors(msghdr& message) {
  std::vector<UniqueFd> descriptors;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      descriptors.emplace_back(fd);
    }
  }
  return descriptors;
}

/// Parses a body that lies in the first descriptor. The seals are checked before it is mapped, so that the sender can
/// neither change nor truncate it meanwhile.
Result<Value> body_of_memfd(std::vector<UniqueFd>& descriptors, uint64_t bytes, const ValueLimits& limits) {
  if (descriptors.empty()) return fail(ErrorCode::data_loss, "the message's body is missing");
  const UniqueFd body = std::move(descriptors.front());
  descriptors.erase(descriptors.begin());
  if (bytes == 0 || bytes > kMaxBodyBytes)
    return fail(ErrorCode::data_loss, "the message's body is larger than 64 MiB, or empty");
  const int seals = ::fcntl(body.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kBodySeals) != kBodySeals)
    return fail(ErrorCode::data_loss, "the message's body is not a sealed memfd");
  struct stat status {};
  if (::fstat(body.get(), &status) != 0 || static_cast<uint64_t>(status.st_size) != bytes)
    return fail(ErrorCode::data_loss, "the message's body has another size than its header says");
  const MappedFile mapped = WALLE_TRY(MappedFile::map(body.get()));
  return from_cbor(mapped.bytes(), limits);
}

Result<Message> parse(std::span<const uint8_t> packet, std::vector<UniqueFd> descriptors) {
  Header header{};
  if (packet.size() < sizeof(header)) return fail(ErrorCode::data_loss, "the message is shorter than its header");
  std::memcpy(&header, packet.data(), sizeof(header));
  if (header.magic != kMagic) return fail(ErrorCode::data_loss, "the message is not one of Walle's channel messages");
  const ValueLimits limits{.bytes = kMaxBodyBytes, .depth = 64};
  Message message;
  if (header.place == kInline) {
    if (header.bytes != packet.size() - sizeof(header) || header.bytes == 0)
      return fail(ErrorCode::data_loss, "the message has another size than its header says");
    message.body = WALLE_TRY(from_cbor(packet.subspan(sizeof(header)), limits));
  } else if (header.place == kMemfd && packet.size() == sizeof(header)) {
    message.body = WALLE_TRY(body_of_memfd(descriptors, header.bytes, limits));
  } else {
    return fail(ErrorCode::data_loss, "the message's header is malformed");
  }
  if (!message.body.is_object()) return fail(ErrorCode::data_loss, "the message's body is not a map");
  if (descriptors.size() > kMaxDescriptors) return fail(ErrorCode::data_loss, "the message has too many descriptors");
  message.descriptors = std::move(descriptors);
  return message;
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path))
    return fail(ErrorCode::invalid_argument,
                "socket path '" + path + "' is longer than 107 characters; choose a shorter folder");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

}  // namespace

Result<std::pair<Channel, Channel>> Channel::pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(system_error("socketpair"));
  return std::pair(Channel(UniqueFd(ends[0])), Channel(UniqueFd(ends[1])));
}

Result<Channel> Channel::connect(const std::string& path) {
  const sockaddr_un address = WALLE_TRY(address_of(path));
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return fail(system_error("socket"));
  while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    if (errno == EINTR) continue;
    if (errno == ECONNREFUSED) return fail(ErrorCode::unavailable, "nothing listens on '" + path + "'");
    return fail(system_error("connect", path));
  }
  return Channel(std::move(socket));
}

Status Channel::send(const Value& body, std::span<const int> descriptors, int64_t timeout_us) {
  if (!body.is_object()) return fail(ErrorCode::invalid_argument, "a message's body is a map");
  if (descriptors.size() > kMaxDescriptors)
    return fail(ErrorCode::resource_exhausted, "a message carries at most 32 descriptors");
  std::vector<uint8_t> bytes = to_cbor(body);
  if (bytes.size() > kMaxBodyBytes) return fail(ErrorCode::resource_exhausted, "a message is at most 64 MiB");
  Header header{.magic = kMagic, .place = kInline, .bytes = bytes.size()};
  std::vector<int> attached;
  UniqueFd memfd;
  if (bytes.size() > kInlineBytes) {
    header.place = kMemfd;
    memfd = WALLE_TRY(sealed_body(bytes));
    attached.push_back(memfd.get());
    bytes.clear();
  }
  attached.insert(attached.end(), descriptors.begin(), descriptors.end());
  std::array<iovec, 2> parts{{{&header, sizeof(header)}, {bytes.data(), bytes.size()}}};
  return send_packet(socket_.get(), std::span(parts).first(bytes.empty() ? 1 : 2), attached, deadline_of(timeout_us));
}

Result<std::optional<Message>> Channel::receive(int64_t timeout_us) {
  const int64_t deadline_us = deadline_of(timeout_us);
  std::vector<uint8_t> packet(kInlineBytes + sizeof(Header));
  alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(int) * kMaxControlDescriptors)> control{};
  for (;;) {
    iovec part{packet.data(), packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t n = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == ECONNRESET) return std::optional<Message>();
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return fail(system_error("receive on channel"));
    if (n < 0) {
      WALLE_TRY(wait(socket_.get(), POLLIN, deadline_us));
      continue;
    }
    std::vector<UniqueFd> descriptors = take_descriptors(message);
    if (n == 0) return std::optional<Message>();
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
      return fail(ErrorCode::data_loss, "the message is longer, or has more descriptors, than the channel allows");
    return std::optional<Message>(
        WALLE_TRY(parse(std::span(packet).first(static_cast<size_t>(n)), std::move(descriptors))));
  }
}

Result<UniqueFd> listen(const std::string& path) {
  const sockaddr_un address = WALLE_TRY(address_of(path));
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail(system_error("socket"));
  // fchmod before bind sets the mode of the name, so there is no moment at which others may connect.
  if (::fchmod(socket.get(), 0600) != 0) return fail(system_error("chmod", path));
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return fail(system_error("bind", path));
  if (::listen(socket.get(), 16) != 0) return fail(system_error("listen", path));
  return socket;
}

}  // namespace walle::channel
