#include "daemon/update/http.h"

#include <curl/curl.h>

#include <charconv>
#include <optional>

namespace walle::update {
namespace {

/// What the callbacks of one request share.
struct Request {
  CURL* curl = nullptr;
  const HttpOptions* options = nullptr;
  Http::Sink sink;
  int64_t skip = 0;  ///< bytes to drop first (a server without ranges)
  int64_t left = 0;  ///< bytes still wanted
  int64_t offset = 0;
  bool exact = false;  ///< more than `left` is an error, not the end
  bool began = false;
  bool full = false;  ///< all that was wanted has arrived
  bool overrun = false;
  int64_t range_start = -1;  ///< of Content-Range
  Status status;
};

size_t on_header(char* data, size_t, size_t size, void* user) {
  auto& request = *static_cast<Request*>(user);
  const std::string_view line(data, size);
  constexpr std::string_view kName = "content-range: bytes ";
  if (line.size() > kName.size()) {
    std::string name(line.substr(0, kName.size()));
    for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (name == kName) std::from_chars(data + kName.size(), data + size, request.range_start);
  }
  return size;
}

long code_of(CURL* curl) {
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

/// The answer's first bytes decide whether the server honoured the range.
bool begin(Request& request) {
  request.began = true;
  const long code = code_of(request.curl);
  if (code == 206 && request.range_start != request.offset) {
    request.status = fail(ErrorCode::data_loss, "the server sent another range than was asked for");
    return false;
  }
  request.skip = code == 206 ? 0 : request.offset;
  return true;
}

size_t on_body(char* data, size_t, size_t size, void* user) {
  auto& request = *static_cast<Request*>(user);
  if (code_of(request.curl) >= 300) return size;  // an error page: not for the sink
  if (!request.began && !begin(request)) return 0;
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(data), size);
  const auto dropped = std::min<int64_t>(request.skip, static_cast<int64_t>(bytes.size()));
  request.skip -= dropped;
  bytes = bytes.subspan(static_cast<size_t>(dropped));
  const auto taken = std::min<int64_t>(request.left, static_cast<int64_t>(bytes.size()));
  if (taken < static_cast<int64_t>(bytes.size())) request.overrun = true;
  if (taken > 0) {
    request.status = request.sink(bytes.first(static_cast<size_t>(taken)));
    if (!request.status) return 0;
    request.left -= taken;
  }
  request.full = request.left == 0;
  return request.overrun ? 0 : size;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& request = *static_cast<Request*>(user);
  return request.options->cancelled && request.options->cancelled() ? 1 : 0;
}

void set_common(CURL* curl, const HttpOptions& options, Request& request) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 3L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_seconds));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options.least_bytes_per_second));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.slow_seconds));
  curl_easy_setopt(curl, CURLOPT_MAX_RECV_SPEED_LARGE, static_cast<curl_off_t>(options.bytes_per_second));
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &request);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &request);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &request);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (!options.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
  if (!options.certificate_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, options.certificate_file.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, options.key_file.c_str());
  }
}

/// What the transfer's end means; `exact` documents may not be longer than announced.
Status judge(const Request& request, CURLcode code, const std::string& url) {
  if (!request.status) return request.status;
  if (code == CURLE_ABORTED_BY_CALLBACK) return fail(ErrorCode::cancelled, "the download was cancelled");
  if (request.overrun && request.exact) {
    return fail(ErrorCode::resource_exhausted, "'" + url + "' is longer than allowed");
  }
  if (request.full && request.overrun) return {};
  if (code != CURLE_OK) return fail(ErrorCode::unavailable, "'" + url + "': " + curl_easy_strerror(code));
  const long http = code_of(request.curl);
  if (http == 404 || http == 410) return fail(ErrorCode::not_found, "'" + url + "' does not exist there");
  if (http >= 300) return fail(ErrorCode::unavailable, "'" + url + "' answered " + std::to_string(http));
  return {};
}

}  // namespace

struct Http::State {
  HttpOptions options;
  CURL* curl = curl_easy_init();
};

Http::Http(HttpOptions options) : state_(std::make_unique<State>()) { state_->options = std::move(options); }
Http::~Http() { curl_easy_cleanup(state_->curl); }

Result<std::string> Http::get(const std::string& url, size_t limit) {
  std::string body;
  Request request{
      .curl = state_->curl, .options = &state_->options, .left = static_cast<int64_t>(limit), .exact = true};
  request.sink = [&](std::span<const uint8_t> bytes) {
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return Status();
  };
  curl_easy_reset(state_->curl);
  set_common(state_->curl, state_->options, request);
  curl_easy_setopt(state_->curl, CURLOPT_URL, url.c_str());
  WALLE_TRY(judge(request, curl_easy_perform(state_->curl), url));
  return body;
}

Result<std::string> Http::post_json(const std::string& url, const std::string& body, size_t limit) {
  std::string answer;
  curl_easy_reset(state_->curl);
  Request request{
      .curl = state_->curl, .options = &state_->options, .left = static_cast<int64_t>(limit), .exact = true};
  set_common(state_->curl, state_->options, request);
  // Error pages are wanted, too: they say why.
  struct Sink {
    std::string* out;
    size_t limit;
  } sink{&answer, limit};
  curl_easy_setopt(
      state_->curl, CURLOPT_WRITEFUNCTION, +[](char* data, size_t, size_t size, void* user) -> size_t {
        auto* to = static_cast<Sink*>(user);
        if (to->out->size() + size > to->limit) return 0;
        to->out->append(data, size);
        return size;
      });
  curl_easy_setopt(state_->curl, CURLOPT_WRITEDATA, &sink);
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  curl_easy_setopt(state_->curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(state_->curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(state_->curl, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(state_->curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(state_->curl, CURLOPT_FOLLOWLOCATION, 0L);
  const CURLcode code = curl_easy_perform(state_->curl);
  curl_slist_free_all(headers);
  if (code != CURLE_OK) return fail(ErrorCode::unavailable, "'" + url + "': " + curl_easy_strerror(code));
  const long http = code_of(state_->curl);
  if (http >= 200 && http < 300) return answer;
  const std::string said = "'" + url + "' answered " + std::to_string(http) + ": " + answer.substr(0, 512);
  if (http == 401 || http == 403) return fail(ErrorCode::permission_denied, said);
  return fail(http < 500 ? ErrorCode::invalid_argument : ErrorCode::unavailable, said);
}

Status Http::range(const std::string& url, int64_t offset, int64_t size, int64_t total, const Sink& sink) {
  Request request{.curl = state_->curl, .options = &state_->options, .sink = sink, .left = size, .offset = offset};
  curl_easy_reset(state_->curl);
  set_common(state_->curl, state_->options, request);
  curl_easy_setopt(state_->curl, CURLOPT_URL, url.c_str());
  const std::string range = std::to_string(offset) + "-" + std::to_string(offset + size - 1);
  if (offset > 0 || size < total) curl_easy_setopt(state_->curl, CURLOPT_RANGE, range.c_str());
  return judge(request, curl_easy_perform(state_->curl), url);
}

}  // namespace walle::update
