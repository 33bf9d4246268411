#include "core/base/json_string.hpp"

#include <doctest/doctest.h>

namespace prosa {

TEST_CASE("what a quoted text may not hold is escaped, all else stays") {
    CHECK(json_string("") == R"("")");
    CHECK(json_string(R"(a "b" \c)") == R"("a \"b\" \\c")");
    CHECK(json_string("\n\r\t") == R"("\n\r\t")");
    CHECK(json_string({"\0\x1b\x7f", 3}) == R"("\u0000\u001b\u007f")");
    CHECK(json_string("\u00e9\u20ac/") == "\"\u00e9\u20ac/\"");
}

}  // namespace prosa
