#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libwalle/base/result.h"
#include "libwalle/base/value.h"
#include "tools/walle-ctl/frame/context.h"
#include "tools/walle-ctl/frame/verb.h"

namespace walle::ctl {

/// The broker's REST API with the context's address and token. An https broker is checked against the CA file that
/// WALLE_CA names, else against the system's. Errors: failed_precondition when no broker was named; unavailable when it
/// does not answer; else what the broker said.
[[nodiscard]] Result<Value> broker_get(const Context& context, const std::string& path);
[[nodiscard]] Result<Value> broker_post(const Context& context, const std::string& path, const Value& body);

/// Percent-encodes one part of a path or a query value.
[[nodiscard]] std::string url_part(std::string_view text);

/// Finds a release by tag ("ocr/v1.2.0", the newest) or number, with all that `release show` knows.
[[nodiscard]] Result<Value> find_release(const Context& context, const std::string& name);

/// pause, resume, approve, rollback: the release after it, printed.
[[nodiscard]] Result<int> act_on_release(Context& context, const Arguments& arguments, std::string_view action);

/// Columns of a release in tables and records, and its row of them.
[[nodiscard]] std::span<const Column> release_columns();
[[nodiscard]] Value release_row(const Value& release);

}  // namespace walle::ctl
