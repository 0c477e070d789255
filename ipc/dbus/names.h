#pragma once

namespace walle::dbus {

inline constexpr const char* kBusName = "org.walle.Walle1";
inline constexpr const char* kPath = "/org/walle/Walle1";
inline constexpr const char* kSessionPath = "/org/walle/Walle1/session";
inline constexpr const char* kErrorPrefix = "org.walle.Walle1.Error.";

}  // namespace walle::dbus
