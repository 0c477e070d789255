#include "ipc/dbus/errors.h"

#include <array>

#include "ipc/dbus/names.h"

namespace walle::dbus {
namespace {

struct BusError {
  std::string_view name;
  ErrorCode code;
  std::string_view hint;
};

/// Errors that a bus or libsystemd makes.
constexpr std::array<BusError, 9> kBusErrors{{
    {"org.freedesktop.DBus.Error.ServiceUnknown", ErrorCode::unavailable,
     "walled does not run on this bus; start it (systemctl start walled), or name another bus with --bus"},
    {"org.freedesktop.DBus.Error.NameHasNoOwner", ErrorCode::unavailable, "walled does not run on this bus"},
    {"org.freedesktop.DBus.Error.AccessDenied", ErrorCode::permission_denied, ""},
    {"org.freedesktop.DBus.Error.NoReply", ErrorCode::unavailable, "walled ended before it answered"},
    {"org.freedesktop.DBus.Error.Timeout", ErrorCode::deadline_exceeded, "walled did not answer in time"},
    {"org.freedesktop.DBus.Error.InvalidArgs", ErrorCode::invalid_argument, ""},
    {"org.freedesktop.DBus.Error.UnknownMethod", ErrorCode::unsupported, "this walled is older than the caller"},
    {"org.freedesktop.DBus.Error.UnknownObject", ErrorCode::not_found, ""},
    {"org.freedesktop.DBus.Error.LimitsExceeded", ErrorCode::resource_exhausted, ""},
}};

}  // namespace

std::string error_name(ErrorCode code) {
  std::string name = kErrorPrefix;
  bool upper = true;
  for (const char c : name_of(code)) {
    if (c == '_') {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return name;
}

Error error_from(std::string_view name, std::string_view message) {
  if (name.starts_with(kErrorPrefix)) {
    std::string code;
    for (const char c : name.substr(std::string_view(kErrorPrefix).size())) {
      if (c >= 'A' && c <= 'Z' && !code.empty()) code += '_';
      code += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return Error{error_code_from(code), std::string(message)};
  }
  for (const BusError& error : kBusErrors)
    if (name == error.name)
      return Error{error.code, error.hint.empty() ? std::string(message)
                                                  : std::string(error.hint) + " (" + std::string(message) + ")"};
  return Error{ErrorCode::unavailable, std::string(name) + ": " + std::string(message)};
}

}  // namespace walle::dbus
