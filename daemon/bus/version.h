#pragma once

namespace walle::daemon {

inline constexpr const char* kVersion = "0.1.0";
/// Of org.walle.Walle1: counts additions.
inline constexpr unsigned kRevision = 1;

}  // namespace walle::daemon
