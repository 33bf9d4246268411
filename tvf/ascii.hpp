// tvf/ascii.hpp: classes of ASCII characters, whatever the locale.
#pragma once

namespace prosa {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace prosa
