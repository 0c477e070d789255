#pragma once

#include <string>

#include "cloud-broker/core/config.h"
#include "libwalle/base/result.h"

namespace walle::broker {

/// Copies database, keys, tokens, metadata and blobs into the new folder `destination`; the broker may run meanwhile.
/// The database is copied first, so that everything it names is there. Errors: already_exists; unsupported for
/// PostgreSQL, which has its own tools.
[[nodiscard]] Status backup(const core::Config& config, const std::string& destination);

/// Makes the state folder out of a backup. Errors: already_exists if there is a state already.
[[nodiscard]] Status restore(const core::Config& config, const std::string& source);

}  // namespace walle::broker
