#include "tools/walle-ctl/broker/client.h"

#include <array>
#include <cstdlib>

#include <httplib.h>

namespace walle::ctl {
namespace {

Result<httplib::Client> connect(const Context& context) {
  if (context.broker().empty())
    return fail(ErrorCode::failed_precondition,
                "no broker: give --broker URL or set WALLE_BROKER (walle-broker prints its URL when it is ready)");
  httplib::Client client(context.broker());
  if (!client.is_valid())
    return fail(ErrorCode::invalid_argument, "'" + context.broker() + "' is not a URL of a broker");
  client.set_connection_timeout(5);
  // Admission converts models before it answers.
  client.set_read_timeout(1200);
  client.set_default_headers({{"Authorization", "Bearer " + context.token()}});
  if (const char* ca = std::getenv("WALLE_CA"); ca != nullptr && *ca != '\0') client.set_ca_cert_path(ca);
  return client;
}

Result<Value> answer_of(const Context& context, const httplib::Result& result) {
  if (!result)
    return fail(ErrorCode::unavailable, "the broker at " + context.broker() + " does not answer (" +
                                            httplib::to_string(result.error()) + "); is walle-broker running?");
  auto value = parse_json(result->body, {.bytes = 64U << 20, .depth = 64});
  if (result->status >= 200 && result->status < 300 && value) return value;
  if (value && value->is_object() && value->contains("error")) {
    const Value& error = (*value)["error"];
    return fail(error_code_from(error.value("code", "internal")), error.value("message", "the broker refused"));
  }
  return fail(ErrorCode::unavailable, "the broker at " + context.broker() + " answered with HTTP status " +
                                          std::to_string(result->status) + "; is it a walle-broker?");
}

std::string progress_of(const Value& release) {
  const Value& total = release["total"];
  return std::to_string(total.value("good", 0)) + " good, " + std::to_string(total.value("failed", 0)) + " failed, " +
         std::to_string(total.value("silent", 0)) + " silent of " + std::to_string(total.value("offered", 0));
}

}  // namespace

Result<Value> broker_get(const Context& context, const std::string& path) {
  auto client = WALLE_TRY(connect(context));
  return answer_of(context, client.Get(path));
}

Result<Value> broker_post(const Context& context, const std::string& path, const Value& body) {
  auto client = WALLE_TRY(connect(context));
  return answer_of(context, client.Post(path, to_json(body), "application/json"));
}

std::string url_part(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.') {
      out += c;
      continue;
    }
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Result<Value> find_release(const Context& context, const std::string& name) {
  const size_t slash = name.find('/');
  if (slash == std::string::npos) return broker_get(context, "/v1/releases/" + url_part(name));
  return broker_get(context, "/v1/tags/" + url_part(name.substr(0, slash)) + "/" + url_part(name.substr(slash + 1)));
}

Result<int> act_on_release(Context& context, const Arguments& arguments, std::string_view action) {
  const Value found = WALLE_TRY(find_release(context, arguments.text("RELEASE")));
  const int64_t counter = WALLE_TRY(get_int(found, "counter"));
  Value body = Value::object();
  if (arguments.has("--reason")) body["reason"] = arguments.text("--reason");
  const Value release =
      WALLE_TRY(broker_post(context, "/v1/releases/" + std::to_string(counter) + "/" + std::string(action), body));
  if (context.json()) {
    context.output().document(release);
  } else {
    context.output().record(release_columns(), release_row(release));
  }
  return 0;
}

std::span<const Column> release_columns() {
  static constexpr std::array<Column, 7> kColumns{{{"counter", "RELEASE"},
                                                   {"tag", "TAG"},
                                                   {"state", "STATE"},
                                                   {"stage", "STAGE"},
                                                   {"devices", "DEVICES"},
                                                   {"created_us", "CREATED", Format::time_us},
                                                   {"reason", "REASON"}}};
  return kColumns;
}

Value release_row(const Value& release) {
  Value row = release;
  row["devices"] = progress_of(release);
  if (release.value("waits_for_approval", false))
    row["reason"] = "the next stage waits for approval: walle-ctl release approve " + release.value("tag", "");
  return row;
}

}  // namespace walle::ctl
