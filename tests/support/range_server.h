#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace walle::support {

/// A real HTTP server on a free port of 127.0.0.1 that serves a folder with ranges. Faults can be switched on.
class RangeServer {
 public:
  explicit RangeServer(std::string folder);
  ~RangeServer();
  RangeServer(const RangeServer&) = delete;
  RangeServer& operator=(const RangeServer&) = delete;

  [[nodiscard]] std::string url() const;

  std::atomic<int64_t> body_bytes{0};  ///< of blobs, sent
  std::atomic<int> blob_requests{0};
  std::atomic<bool> down{false};           ///< 503 for everything
  std::atomic<bool> ignore_ranges{false};  ///< 200 with the whole file
  std::atomic<bool> corrupt{false};        ///< flips a bit in each blob
  std::atomic<bool> endless{false};        ///< appends a megabyte to each blob
  std::atomic<int64_t> cut{0};             ///< breaks the connection after so many bytes, if > 0

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace walle::support
