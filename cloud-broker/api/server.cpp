#include "cloud-broker/api/server.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

#include <httplib.h>

#include "libwalle/base/digest.h"
#include "libwalle/base/file.h"
#include "libwalle/base/unique_fd.h"

namespace walle::api {

struct Server::State {
  State(Backend backend_in, ServerOptions options_in)
      : backend(std::move(backend_in)), options(std::move(options_in)) {}
  Backend backend;
  ServerOptions options;
  std::unique_ptr<httplib::Server> http;
  int port = 0;
  std::thread thread;
};

namespace {

constexpr size_t kMaxBody = 4U << 20;

/// "/v1/releases/{release}" → "/v1/releases/([^/]{1,256})" and the names in order.
std::string expression_of(std::string_view pattern, std::vector<std::string>& names) {
  std::string out;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] != '{') {
      out += pattern[at] == '.' ? "\\." : std::string(1, pattern[at]);
      continue;
    }
    const size_t end = pattern.find('}', at);
    names.emplace_back(pattern.substr(at + 1, end - at - 1));
    out += "([^/]{1,256})";
    at = end;
  }
  return out;
}

bool is_admin(const httplib::Request& request, const std::string& token) {
  const std::string given = request.get_header_value("Authorization");
  constexpr std::string_view kBearer = "Bearer ";
  if (!given.starts_with(kBearer)) return false;
  // Hashes have one length, so the comparison tells nothing about the token.
  const Digest a = sha256(std::string_view(given).substr(kBearer.size()));
  const Digest b = sha256(token);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Serves a file in pieces; httplib does the ranges.
void send_file(const Response& response, httplib::Response& out, std::atomic<int64_t>* blob_bytes) {
  auto fd = std::make_shared<UniqueFd>(::open(response.file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!*fd || ::fstat(fd->get(), &info) != 0) {
    out.status = 404;
    return;
  }
  out.set_content_provider(static_cast<size_t>(info.st_size), response.type,
                           [fd, blob_bytes](size_t offset, size_t length, httplib::DataSink& sink) {
                             std::array<char, 65536> buffer;
                             const ssize_t got = ::pread(fd->get(), buffer.data(), std::min(length, buffer.size()),
                                                         static_cast<off_t>(offset));
                             if (got > 0 && blob_bytes != nullptr) *blob_bytes += got;
                             return got > 0 && sink.write(buffer.data(), static_cast<size_t>(got));
                           });
}

void send(const Response& response, httplib::Response& out, std::atomic<int64_t>* blob_bytes = nullptr) {
  out.status = response.status;
  out.set_header("X-Content-Type-Options", "nosniff");
  out.set_header("Cache-Control", response.immutable ? "public, max-age=31536000, immutable" : "no-store");
  if (!response.file.empty()) {
    // httplib picks 200 or 206 itself as long as no status is set.
    out.status = -1;
    // Metadata is not counted: it is what tells devices that there is nothing to fetch.
    return send_file(response, out, response.type == "application/octet-stream" ? blob_bytes : nullptr);
  }
  out.set_content(response.body, response.type);
}

Result<Response> once(Backend& backend, const HandlerDef& handler, const Request& request, const std::string& key) {
  store::Store& store = backend.service.store();
  const std::string id = std::string(handler.pattern) + " " + key;
  const std::string digest = to_hex(sha256(request.body));
  auto known = WALLE_TRY(store.answer(id));
  if (known && known->request_sha256 != digest)
    return fail(ErrorCode::failed_precondition, "this Idempotency-Key was used for another request");
  if (known) return Response{static_cast<int>(known->status), "application/json", known->body, "", false};
  const auto answered = handler.run(backend, request);
  if (!answered) return answered;
  WALLE_TRY(store.remember_answer(id, {digest, answered->status, answered->body}, backend.service.clock().wall_us()));
  return answered;
}

Result<Response> answer(Backend& backend, const HandlerDef& handler, const Request& request, const std::string& key) {
  if (key.size() > 128) return fail(ErrorCode::invalid_argument, "the Idempotency-Key is longer than 128 bytes");
  if (!key.empty() && handler.access == Access::admin && handler.method == "POST")
    return once(backend, handler, request, key);
  return handler.run(backend, request);
}

struct Site {
  Backend& backend;
  std::string token;
  bool loopback = false;  ///< plain, so only this machine reaches it
};

void serve(const Site& site, const HandlerDef& handler, const std::vector<std::string>& names,
           const httplib::Request& in, httplib::Response& out) {
  Request request;
  for (size_t i = 0; i < names.size() && i + 1 < in.matches.size(); ++i) request.path[names[i]] = in.matches[i + 1];
  for (const auto& [key, value] : in.params) request.query[key] = value;
  request.body = in.body;
  const bool guarded = handler.access == Access::admin || (handler.access == Access::local && !site.loopback);
  if (guarded) {
    if (!is_admin(in, site.token)) {
      out.set_header("WWW-Authenticate", "Bearer");
      Response refused =
          error_response({ErrorCode::permission_denied,
                          "this needs the admin token: Authorization: Bearer …, or walle-ctl --token-file"});
      refused.status = 401;
      return send(refused, out);
    }
    request.actor = "admin";
  }
  const auto result = answer(site.backend, handler, request, in.get_header_value("Idempotency-Key"));
  send(result ? *result : error_response(result.error()), out, site.backend.blob_bytes);
}

void add_routes(httplib::Server& http, const Site& site) {
  for (const HandlerDef* handler : handlers()) {
    std::vector<std::string> names;
    const std::string pattern = expression_of(handler->pattern, names);
    const auto run = [site, handler, names](const httplib::Request& in, httplib::Response& out) {
      serve(site, *handler, names, in, out);
    };
    if (handler->method == "GET") http.Get(pattern, run);
    if (handler->method == "POST") http.Post(pattern, run);
    if (handler->method == "PATCH") http.Patch(pattern, run);
    if (handler->method == "DELETE") http.Delete(pattern, run);
  }
}

void set_bounds(httplib::Server& http) {
  http.set_payload_max_length(kMaxBody);
  http.set_read_timeout(10, 0);
  http.set_write_timeout(30, 0);
  http.set_keep_alive_max_count(1000);
  http.set_keep_alive_timeout(5);
  http.new_task_queue = [] { return new httplib::ThreadPool(16); };
  http.set_exception_handler([](const httplib::Request&, httplib::Response& out, std::exception_ptr) {
    send(error_response({ErrorCode::internal, "the request could not be handled"}), out);
  });
  http.set_error_handler([](const httplib::Request& in, httplib::Response& out) {
    if (!out.body.empty()) return;
    const int status = out.status;
    Response response = error_response(
        {status == 404 ? ErrorCode::not_found : ErrorCode::invalid_argument,
         status == 404 ? "no such resource: " + in.path.substr(0, 128) : "HTTP status " + std::to_string(status)});
    response.status = status;
    send(response, out);
  });
}

}  // namespace

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(Backend backend, ServerOptions options) {
  auto state = std::make_unique<State>(std::move(backend), std::move(options));
  if (state->options.certificate.empty()) {
    state->http = std::make_unique<httplib::Server>();
  } else {
    state->http = std::make_unique<httplib::SSLServer>(state->options.certificate.c_str(), state->options.key.c_str());
  }
  if (!state->http->is_valid())
    return fail(ErrorCode::invalid_argument, "cannot use the certificate " + state->options.certificate);
  set_bounds(*state->http);
  add_routes(*state->http, {state->backend, state->options.token, state->options.certificate.empty()});
  const std::string& host = state->options.host;
  state->port = state->options.port;
  const bool bound = state->port == 0 ? (state->port = state->http->bind_to_any_port(host)) > 0
                                      : state->http->bind_to_port(host, state->port);
  if (!bound)
    return fail(ErrorCode::unavailable, "cannot listen on " + host + ":" + std::to_string(state->options.port) +
                                            ": is another walle-broker running?");
  state->thread = std::thread([http = state->http.get()] { http->listen_after_bind(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  state_->http->stop();
  if (state_->thread.joinable()) state_->thread.join();
}

int Server::port() const { return state_->port; }

}  // namespace walle::api
