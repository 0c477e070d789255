#pragma once

#include <string>

#include "daemon/bus/dispatch.h"
#include "daemon/bus/service.h"
#include "libwalle/base/value.h"

namespace walle::daemon::bus {

/// An installed task as Tasks.List and Deployments.List describe it.
[[nodiscard]] Value describe(const Installed& installed);

/// `limit` of the options: 100 unless given, 1 to 10,000. Errors: invalid_argument.
[[nodiscard]] Result<int64_t> limit_of(const Value& options);

/// Options of a method: an unknown key is an error that names those there are, so that a client learns that this
/// service is older than it thinks.
[[nodiscard]] Status check_options(const Value& options, std::initializer_list<std::string_view> known);

/// The caller as the owner of models and sessions.
[[nodiscard]] Owner owner_of(const Caller& caller);

/// The session's number out of its object path. Errors: not_found.
[[nodiscard]] Result<int64_t> session_of(const Caller& caller);

}  // namespace walle::daemon::bus
