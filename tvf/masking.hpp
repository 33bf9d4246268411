// tvf/masking.hpp: hides what must not be read, in text that people may see.
//
// Source    PCI DSS 3.4: of a PAN at most the first six and the last four digits are shown.
// Threads   any; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "core/base/export.hpp"

namespace prosa {

inline constexpr std::string_view hidden_text = "***";

// ISO/IEC 7812-1 check digit over decimal digits; false when there is another character or no digit.
PROSA_API bool passes_luhn(std::string_view digits) noexcept;

// 13 ASCII characters and more: the first six and the last four stay, `*` between. Else hidden_text.
PROSA_API std::string mask_middle(std::string_view text);

// The text with everything that looks like a PAN masked: 13 to 19 digits that pass Luhn, also when written in
// groups with single spaces or hyphens between, and any run of 20 digits and more.
PROSA_API std::string mask_pans(std::string_view text);

}  // namespace prosa
