// JSON to TVF as `prosa convert` reads it: objects one behind the other. Every message that is read is
// written in each form, and its JSON comes back as the same bytes.
#include "apps/prosa/convert/json_messages.hpp"
#include "apps/prosa/convert/message_encoder.hpp"
#include "test/fuzz/memory_file.hpp"
#include "tvf/tvf_json.hpp"

namespace {

using namespace prosa;
using namespace prosa::convert;
using fuzz::expect;

void write_in_each_form(const FlatTvf& message, const TagDictionary& dictionary) {
    std::string json;
    expect(MessageEncoder(MessageForm::json, dictionary, Exposure::clear).append(json, message).ok(),
           "JSON holds every message");
    const auto read_back = from_json<FlatTvf>(std::string_view(json).substr(0, json.size() - 1), dictionary);
    expect(read_back.ok() && *read_back == message, "nothing is lost from TVF to JSON and back");
    std::string others;
    (void)MessageEncoder(MessageForm::simple, dictionary, Exposure::clear).append(others, message);
    expect(MessageEncoder(MessageForm::text, dictionary, Exposure::masked).append(others, message).ok(),
           "every message has a listing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::MemoryFile file;
    static const TagDictionary dictionary = iso8583_dictionary();
    file.fill({reinterpret_cast<const char*>(data), size});
    const auto before_wait = [] { return absl::OkStatus(); };
    InputWindow input(file.descriptor(), before_wait);
    JsonMessages messages(input, dictionary);
    for (;;) {
        const auto message = messages.next();
        if (!message.ok() || !message->has_value()) return 0;
        expect(FlatTvfView::validate((*message)->bytes()).ok(), "a message is well-formed");
        write_in_each_form(**message, dictionary);
    }
}
