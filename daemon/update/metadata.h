#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/update/http.h"
#include "ipc/bundle/trust.h"
#include "libwalle/base/result.h"

namespace walle::update {

/// Brings `trust` up to date from the first origin that can: roots N+1… until none is left, timestamp, snapshot,
/// targets of `scenario`; what is known already is not fetched again. Errors: permission_denied for wrong signatures;
/// unavailable, failed_precondition, data_loss otherwise (stale or half-replicated mirrors: try later).
[[nodiscard]] Status refresh(bundle::Trust& trust, const std::vector<std::string>& origins, const std::string& scenario,
                             int64_t now_us, Http& http);

/// Only the roots, from the first origin that answers.
[[nodiscard]] Status refresh_roots(bundle::Trust& trust, const std::vector<std::string>& origins, Http& http);

}  // namespace walle::update
