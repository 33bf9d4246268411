// TOML settings: hostile text is refused or gives a tree that can be printed and read again.
#include "test/fuzz/settings_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace prosa;
    const auto root = parse_settings_toml({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
    if (root.ok())
        fuzz::expect_toml_reads_back(*root);
    else
        fuzz::expect_lines_of_text(message_of(root.status()));
    return 0;
}
