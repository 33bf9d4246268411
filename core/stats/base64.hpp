// core/stats/base64.hpp: bytes as text of 64 characters (RFC 4648, section 4, with padding).
#pragma once

#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

PROSA_API std::string base64_encode(std::string_view bytes);

// Error: a character outside the alphabet, with its 0-based position, or a length that is no multiple of 4.
PROSA_API absl::StatusOr<std::string> base64_decode(std::string_view text);

}  // namespace prosa
