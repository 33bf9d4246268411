#include "tvf/tvf_copy.hpp"

namespace prosa {

std::string_view form_of(TvfType type) noexcept {
    switch (type) {
        case TvfType::buffer:
            return "`tag;length;value;` repeated";
        case TvfType::unsigned64:
            return "a whole number from 0 to 2^64 - 1";
        case TvfType::signed64:
            return "a whole number of 64 bits with sign";
        case TvfType::byte:
            return "two hex digits";
        case TvfType::float64:
            return "a number that a double holds";
        case TvfType::string:
            return "text in UTF-8";
        case TvfType::bytes:
            return "an even number of hex digits";
        case TvfType::date:
            return "YYYY-MM-DD";
        case TvfType::datetime:
            return "YYYY-MM-DDTHH:MM:SS[.fraction][Z], years 1678 to 2261";
    }
    return "a known type";
}

}  // namespace prosa
