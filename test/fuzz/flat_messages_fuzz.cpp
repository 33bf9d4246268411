// FlatTvf messages as `prosa convert` reads them: one behind the other, each with its length, the same however they
// arrive. What is read are the input's bytes; it is written in each form, and its JSON comes back as the same bytes.
#include "apps/prosa/convert/flat_messages.hpp"
#include "test/fuzz/convert_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace prosa;
    static const TagDictionary dictionary = iso8583_dictionary();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto make = [](convert::InputWindow& input) { return convert::FlatMessages(input); };
    const fuzz::Messages read = fuzz::read_messages(text, make);
    std::size_t end = 0;
    for (const auto& [begin_byte, message] : read.messages) {
        fuzz::expect(begin_byte == end, "a message begins where the one before it ended");
        const std::span<const std::byte> bytes = message.bytes();
        const auto taken = std::as_bytes(std::span(data, size).subspan(end, bytes.size()));
        fuzz::expect(std::ranges::equal(bytes, taken), "a message has the bytes of the input");
        end += bytes.size();
        fuzz::write_in_each_form(message, dictionary, true);
    }
    fuzz::expect(!read.is_whole || end == size, "an input without a fault is read to its end");
    return 0;
}
