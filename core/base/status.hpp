// core/base/status.hpp: errors from files and peers say what was wrong, where, and what was expected.
//
// Debian builds Abseil with its own absl::string_view, which is not std::string_view. The rule of this project:
// std::string_view everywhere, absl::string_view only inside the functions below; text is put together with fmt.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/export.hpp"

namespace prosa {

// Made when the program is loaded, so that its text needs no memory when there is none, and never destroyed: a hung
// thread may need it while the process exits.
PROSA_API const absl::Status& out_of_memory() noexcept;

inline absl::string_view to_absl(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view to_std(absl::string_view text) noexcept { return {text.data(), text.size()}; }

// Without memory for the text: out_of_memory().
template <typename... Args>
absl::Status make_error(absl::StatusCode code, fmt::format_string<Args...> format, Args&&... args) try {
    return absl::Status(code, to_absl(fmt::format(format, std::forward<Args>(args)...)));
} catch (const std::bad_alloc&) {
    return out_of_memory();
}

// The caller's data is malformed.
template <typename... Args>
absl::Status invalid_argument(fmt::format_string<Args...> format, Args&&... args) {
    return make_error(absl::StatusCode::kInvalidArgument, format, std::forward<Args>(args)...);
}

template <typename... Args>
absl::Status not_found(fmt::format_string<Args...> format, Args&&... args) {
    return make_error(absl::StatusCode::kNotFound, format, std::forward<Args>(args)...);
}

inline std::string message_of(const absl::Status& status) { return std::string(to_std(status.message())); }

}  // namespace prosa
