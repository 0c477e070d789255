#include <array>

#include "tools/walle-ctl/broker/client.h"

namespace walle::ctl {
namespace {

constexpr std::array<ArgumentDef, 4> kArguments{{
    {.name = "--name", .value = "DEVICE", .help = "The only name the token may enrol (any)"},
    {.name = "--label", .value = "KEY=VALUE", .help = "A label of its devices", .many = true},
    {.name = "--uses", .value = "N", .help = "How many devices it enrols (1)"},
    {.name = "--valid", .value = "TIME", .help = "How long it is good (1h)"},
}};

Result<int> run(Context& context, const Arguments& arguments) {
  Value body = {{"device", arguments.text("--name")}, {"labels", Value::object()}};
  body["uses"] = WALLE_TRY(arguments.integer("--uses", 1, 1, 1'000'000));
  body["lifetime_s"] = WALLE_TRY(arguments.duration_us("--valid", 3'600'000'000)) / 1'000'000;
  for (const std::string& label : arguments.list("--label")) {
    const size_t sign = label.find('=');
    if (sign == std::string::npos || sign == 0) return usage_error("--label takes KEY=VALUE, not '" + label + "'");
    body["labels"][label.substr(0, sign)] = label.substr(sign + 1);
  }
  const Value answer = WALLE_TRY(broker_post(context, "/v1/tokens", body));
  const std::string token = WALLE_TRY(get_string(answer, "token"));
  context.output().line(answer, token);
  if (context.output().terminal() && !context.json())
    note("this token is shown once; the device trades it for its certificate");
  return 0;
}

}  // namespace

extern const VerbDef kDeviceEnrol;
const VerbDef kDeviceEnrol{
    .noun = "device",
    .name = "enrol",
    .summary = "Make a token with which a device enrols itself",
    .details = "Example: walle-ctl device enrol --name reader-7 --label room=reading > token",
    .arguments = kArguments,
    .run = run,
};

}  // namespace walle::ctl
