// core/control/control_protocol.hpp: what passes between an instance and who controls it.
//
//     request:  one line of UTF-8 text without control characters, at most request_bytes_max with its \n
//     answer:   `ok LENGTH\n` or `error LENGTH\n`, then LENGTH bytes of text; then the instance closes
//
// One request a connection. What is no such line is answered with an error, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

inline constexpr std::size_t request_bytes_max = 4096;
inline constexpr std::size_t answer_bytes_max = 64U << 20;

struct ControlAnswer {
    bool is_ok = true;
    std::string text;

    static ControlAnswer error(std::string why) { return {false, std::move(why)}; }
};

// The line without its end. Error: what is wrong with it.
PROSA_API absl::Status check_request(std::string_view line);

PROSA_API std::string encode_answer(const ControlAnswer& answer);

// Nothing while more bytes are to come. Error: this is no answer.
PROSA_API absl::StatusOr<std::optional<ControlAnswer>> decode_answer(std::string_view bytes);

}  // namespace prosa
