#pragma once

namespace walle {

/// True in builds of the presets asan and tsan. A sanitizer's runtime maps terabytes of shadow memory and does not
/// follow every mapping; code that limits or maps memory itself asks for this.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace walle
