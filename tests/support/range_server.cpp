#include "tests/support/range_server.h"

#include <httplib.h>

#include <algorithm>
#include <fstream>
#include <thread>

namespace walle::support {

struct RangeServer::State {
  RangeServer& owner;
  std::string folder;
  httplib::Server server{};
  std::thread thread{};
  int port = 0;
  std::atomic<int64_t> sent{0};

  void answer(const httplib::Request& request, httplib::Response& response);
  bool send(const std::string& body, size_t offset, size_t length, httplib::DataSink& sink);
};

bool RangeServer::State::send(const std::string& body, size_t offset, size_t length, httplib::DataSink& sink) {
  const size_t count = std::min<size_t>(length, 16384);
  if (owner.cut > 0 && sent >= owner.cut) {
    sent = 0;
    return false;
  }
  owner.body_bytes += static_cast<int64_t>(count);
  sent += static_cast<int64_t>(count);
  return sink.write(body.data() + offset, count);
}

void RangeServer::State::answer(const httplib::Request& request, httplib::Response& response) {
  const std::string path = folder + "/" + std::string(request.matches[1]);
  std::ifstream file(path, std::ios::binary);
  if (owner.down) return void(response.status = 503);
  if (!file || path.find("..") != std::string::npos) return void(response.status = 404);
  auto body = std::make_shared<std::string>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (path.find("/blobs/") == std::string::npos) return response.set_content(*body, "application/json");
  ++owner.blob_requests;
  if (owner.corrupt && !body->empty()) (*body)[body->size() / 2] ^= 1;
  if (owner.endless) body->append(1U << 20, 'x');
  if (owner.ignore_ranges) const_cast<httplib::Request&>(request).ranges.clear();
  response.set_content_provider(body->size(), "application/octet-stream",
                                [this, body](size_t offset, size_t length, httplib::DataSink& sink) {
                                  return send(*body, offset, length, sink);
                                });
}

RangeServer::RangeServer(std::string folder) : state_(new State{.owner = *this, .folder = std::move(folder)}) {
  httplib::Server& server = state_->server;
  server.Get("/(.*)", [this](const auto& request, auto& response) { state_->answer(request, response); });
  state_->port = server.bind_to_any_port("127.0.0.1");
  state_->thread = std::thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::yield();
}

RangeServer::~RangeServer() {
  state_->server.stop();
  state_->thread.join();
}

std::string RangeServer::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

}  // namespace walle::support
