// test/fuzz/convert_support.hpp: what `prosa convert` reads, out of memory; and what each message promises that it
// read.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "apps/prosa/convert/message_encoder.hpp"
#include "apps/prosa/convert/message_reader.hpp"
#include "test/fuzz/fuzz_input.hpp"
#include "tvf/tvf_json.hpp"

namespace prosa::fuzz {

// What was read of an input, up to its end or its first fault.
struct Messages {
    struct Message {
        std::uint64_t begin_byte = 0;
        FlatTvf message;
        bool operator==(const Message&) const = default;
    };
    std::vector<Message> messages;
    bool is_whole = false;
    bool operator==(const Messages&) const = default;
};

// `make(window)` makes the reader; the text arrives in pieces of at most `piece_bytes`.
template <typename Make>
Messages read_in_pieces(std::string_view text, std::size_t piece_bytes, Make make) {
    const auto source = [&text](char* to, std::size_t bytes) {
        const std::size_t taken = text.copy(to, bytes);
        text.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    };
    const auto before_wait = [] { return absl::OkStatus(); };
    convert::InputWindow window(source, before_wait, piece_bytes);
    auto reader = make(window);
    Messages read;
    for (;;) {
        auto message = reader.next();
        read.is_whole = message.ok();
        if (!message.ok() || !message->has_value()) return read;
        expect(FlatTvfView::validate((*message)->bytes()).ok(), "a message is well-formed");
        read.messages.push_back({reader.begin_byte(), **std::move(message)});
    }
}

// The same however the text arrives: the length of an input chooses the pieces.
template <typename Make>
Messages read_messages(std::string_view text, Make make) {
    Messages at_once = read_in_pieces(text, text.size() + 1, make);
    expect(at_once == read_in_pieces(text, text.size() % 61 + 1, make),
           "the same is read however the text arrives");
    return at_once;
}

// In the forms that hold any message. What holds a NaN may be changed by JSON, which has only one of them.
inline void write_in_each_form(const FlatTvf& message, const TagDictionary& dictionary, bool may_hold_nan) {
    using namespace convert;
    std::string json;
    expect(MessageEncoder(MessageForm::json, dictionary, Exposure::clear).append(json, message).ok(),
           "JSON holds every message");
    const auto read_back = from_json<FlatTvf>(std::string_view(json).substr(0, json.size() - 1), dictionary);
    expect(read_back.ok(), "JSON that was written can be read");
    expect(*read_back == message || (may_hold_nan && json.find("NaN") != std::string::npos),
           "nothing is lost from TVF to JSON and back");
    std::string others;
    (void)MessageEncoder(MessageForm::simple, dictionary, Exposure::clear).append(others, message);
    expect(MessageEncoder(MessageForm::text, dictionary, Exposure::masked).append(others, message).ok(),
           "every message has a listing");
}

}  // namespace prosa::fuzz
