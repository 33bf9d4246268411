// core/base/sanitizer.hpp: the sanitizer that a program is built with; gcc and clang say it in different ways.
//
// PROSA_ADDRESS_SANITIZER is defined under AddressSanitizer, for headers that exist only there.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define PROSA_ADDRESS_SANITIZER
#elif defined(__SANITIZE_THREAD__)
#define PROSA_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PROSA_ADDRESS_SANITIZER
#elif __has_feature(thread_sanitizer)
#define PROSA_THREAD_SANITIZER
#endif
#endif

namespace prosa {

// Memory and time are then several times what they are without.
#if defined(PROSA_ADDRESS_SANITIZER) || defined(PROSA_THREAD_SANITIZER)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace prosa
