#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "libwalle/base/result.h"

namespace walle::update {

/// How the device fetches. All of it bounds what a hostile or broken server can do.
struct HttpOptions {
  std::string ca_file;           ///< empty: the system's
  std::string certificate_file;  ///< client certificate, if the origin wants one
  std::string key_file;
  int64_t bytes_per_second = 0;          ///< cap; 0: none
  int64_t least_bytes_per_second = 512;  ///< below this for `slow_seconds`: the next mirror
  int64_t slow_seconds = 30;
  int64_t connect_seconds = 10;
  std::function<bool()> cancelled;  ///< asked often; may be null
};

/// One connection at a time to any server, kept alive between requests. One thread.
class Http {
 public:
  explicit Http(HttpOptions options);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// A whole small document. Errors: not_found (404, 410), resource_exhausted over `limit`, unavailable (all else that
  /// may pass by itself), cancelled.
  [[nodiscard]] Result<std::string> get(const std::string& url, size_t limit);

  /// Sends JSON, returns the body of a 2xx answer. Errors: as `get`; permission_denied for 401 and 403;
  /// invalid_argument for another 4xx, with the server's message.
  [[nodiscard]] Result<std::string> post_json(const std::string& url, const std::string& body, size_t limit);

  using Sink = std::function<Status(std::span<const uint8_t>)>;
  /// Bytes [offset, offset + size) of a document of `total` bytes, as they come. A server that ignores the range is
  /// read from its start, at most up to the range's end. Never more than `size` bytes reach the sink; fewer may on
  /// success only if the server closed early (the caller sees it by what arrived).
  [[nodiscard]] Status range(const std::string& url, int64_t offset, int64_t size, int64_t total, const Sink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle::update
