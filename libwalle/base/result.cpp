#include "libwalle/base/result.h"

#include <array>

namespace walle {
namespace {
constexpr std::array<std::string_view, 12> kNames = {"invalid_argument",  "not_found",          "already_exists",
                                                     "permission_denied", "resource_exhausted", "failed_precondition",
                                                     "unavailable",       "deadline_exceeded",  "cancelled",
                                                     "data_loss",         "unsupported",        "internal"};
}  // namespace

std::string_view name_of(ErrorCode code) { return kNames[static_cast<size_t>(code)]; }

ErrorCode error_code_from(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<ErrorCode>(i);
  }
  return ErrorCode::internal;
}

Error Error::with(std::string_view context) const& { return {code, std::string(context) + ": " + message}; }

}  // namespace walle
