#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/unique_fd.h"
#include "libwalle/base/value.h"

namespace walle::channel {

/// Bodies up to this size travel in the message, larger ones in a sealed memfd that is attached by itself.
inline constexpr size_t kInlineBytes = 48U << 10;
/// Largest body, and most descriptors, of a message.
inline constexpr size_t kMaxBodyBytes = 64U << 20;
inline constexpr size_t kMaxDescriptors = 32;

/// A message between two processes of one device: a map (with "type") and descriptors that go with it.
struct Message {
  Value body = Value::object();
  std::vector<UniqueFd> descriptors;
};

/// One end of a private SOCK_SEQPACKET connection that carries CBOR maps and file descriptors (SCM_RIGHTS).
/// No names, no addresses: an end is made by `pair` or accepted from a listening socket, and handed over as a fd.
/// Thread: send and receive may be called from two different threads, each from one thread at a time.
/// The peer is hostile: sizes, seals, nesting and the number of descriptors are checked before anything is built.
class Channel {
 public:
  explicit Channel(UniqueFd socket) : socket_(std::move(socket)) {}

  /// Two connected ends; both are close-on-exec.
  [[nodiscard]] static Result<std::pair<Channel, Channel>> pair();
  /// Connects to a listening SEQPACKET socket in the file system.
  [[nodiscard]] static Result<Channel> connect(const std::string& path);

  /// Sends one message; blocks while the peer's queue is full, at most `timeout_us` (< 0: for ever).
  /// Errors: unavailable ("the peer has gone") after a hang-up; deadline_exceeded; resource_exhausted over the limits.
  [[nodiscard]] Status send(const Value& body, std::span<const int> descriptors = {}, int64_t timeout_us = -1);

  /// The next message; nullopt when the peer closed its end. Blocks at most `timeout_us` (< 0: for ever).
  /// Errors: deadline_exceeded; data_loss for a malformed message (the connection stays usable).
  [[nodiscard]] Result<std::optional<Message>> receive(int64_t timeout_us = -1);

  /// For event loops: poll for readability, then receive(0).
  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] UniqueFd take() && { return std::move(socket_); }

 private:
  UniqueFd socket_;
};

/// A listening SEQPACKET socket at `path` (replaces a stale one), mode 0600, close-on-exec, non-blocking.
[[nodiscard]] Result<UniqueFd> listen(const std::string& path);

}  // namespace walle::channel
