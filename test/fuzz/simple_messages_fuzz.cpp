// SimpleStringTvf messages as `prosa convert` reads them: one a line, the same however they arrive. Every message that
// is read is written in each form, and its JSON comes back as the same bytes.
#include "apps/prosa/convert/simple_messages.hpp"
#include "test/fuzz/convert_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace prosa;
    static const TagDictionary dictionary = iso8583_dictionary();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto make = [](convert::InputWindow& input) { return convert::SimpleMessages(input, dictionary); };
    for (const auto& [begin_byte, message] : fuzz::read_messages(text, make).messages)
        fuzz::write_in_each_form(message, dictionary, false);
    return 0;
}
