#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace walle {

/// Why something was refused or failed. Prefer the most specific code; `internal` means a fault of Walle itself.
enum class ErrorCode : uint8_t {
  invalid_argument,     ///< the input is wrong whatever the state; the caller has to change it
  not_found,            ///< the named thing does not exist
  already_exists,       ///< the named thing exists and may not be replaced
  permission_denied,    ///< the caller may not do this
  resource_exhausted,   ///< a limit, quota or disk is full
  failed_precondition,  ///< right input, wrong state: something else has to happen first
  unavailable,          ///< temporarily impossible; trying again later can help
  deadline_exceeded,    ///< the time allowed was used up
  cancelled,            ///< the caller, or its end, cancelled the work
  data_loss,            ///< bytes do not match their hash, signature or format
  unsupported,          ///< well-formed, but this build or device cannot do it
  internal,             ///< a bug in Walle
};

/// Stable name of a code, as used in JSON and D-Bus error names: "invalid_argument".
[[nodiscard]] std::string_view name_of(ErrorCode code);

/// The code with this name; `internal` for an unknown one, so that a newer peer's codes degrade safely.
[[nodiscard]] ErrorCode error_code_from(std::string_view name);

/// An error as a value: what kind, and one message that names the cause and what to do about it.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  /// The same error with `context` in front: "context: message". Used while the error climbs.
  [[nodiscard]] Error with(std::string_view context) const&;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// Makes the error side of a Result: `return fail(ErrorCode::not_found, "no task 'ocr'; see walle-ctl task list");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

namespace detail {
template <class T>
T take(Result<T>& result) {
  return std::move(*result);
}
inline void take(Status&) {}
}  // namespace detail

/// Evaluates a Result; returns its error from the calling function, or yields its value.
/// `auto model = WALLE_TRY(open(path));`   The only macro of the tree. In braces behind an owning member it leaks that.
#define WALLE_TRY(expression)                                              \
  ({                                                                       \
    auto walle_try_result = (expression);                                  \
    if (!walle_try_result) return ::walle::fail(walle_try_result.error()); \
    ::walle::detail::take(walle_try_result);                               \
  })

}  // namespace walle
