// apps/prosa/convert/message_form.hpp: how messages stand in a stream.
#pragma once

#include <cstdint>

namespace prosa::convert {

enum class MessageForm : std::uint8_t {
    json,    // objects one behind the other, white space between; written one a line
    tvf,     // FlatTvf messages one behind the other
    simple,  // SimpleStringTvf, one a line; the empty line is the empty message
    text,    // for people; cannot be read
};

}  // namespace prosa::convert
