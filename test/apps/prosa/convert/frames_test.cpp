// Where a message ends in a stream, found however the stream is cut.
#include <doctest/doctest.h>

#include <string>

#include "apps/prosa/convert/json_messages.hpp"
#include "apps/prosa/convert/simple_messages.hpp"

using namespace prosa;
using namespace prosa::convert;

namespace {

// The message's length when its bytes come one by one; nothing when no end was found.
template <typename Frame>
std::optional<std::size_t> end_of(std::string_view text) {
    Frame frame;
    for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
        const std::string so_far(text.substr(0, bytes));
        const auto state = frame.scan(so_far);
        if (state == Frame::State::complete) return frame.bytes();
        if (state == Frame::State::broken) return std::nullopt;
    }
    return std::nullopt;
}

template <typename Frame>
bool is_broken(std::string_view text) {
    return Frame().scan(text) == Frame::State::broken;
}

}  // namespace

TEST_CASE("an object ends at its own bracket") {
    CHECK(end_of<JsonFrame>("{}x") == 2);
    CHECK(end_of<JsonFrame>(R"({"1":{"2":[1,{}]}}{"1":1})") == 18);
    CHECK(end_of<JsonFrame>("{ \"1\" : 1\n}\n") == 11);
    CHECK_FALSE(end_of<JsonFrame>(R"({"1":{})").has_value());
}

TEST_CASE("brackets and quotes inside strings end nothing") {
    CHECK(end_of<JsonFrame>(R"({"1":"}]\"}"})") == 13);
    CHECK(end_of<JsonFrame>(R"({"1":"\\"}})") == 10);
}

TEST_CASE("text that cannot become an object is known at its first fault") {
    CHECK(is_broken<JsonFrame>("["));
    CHECK(is_broken<JsonFrame>("}"));
    CHECK(is_broken<JsonFrame>("{]"));
    CHECK(is_broken<JsonFrame>(R"({"1":[})"));
    CHECK(is_broken<JsonFrame>("{\"1\n"));
    CHECK_FALSE(is_broken<JsonFrame>("{" + std::string(63, '[')));
    CHECK(is_broken<JsonFrame>("{" + std::string(64, '[')));
}

TEST_CASE("a text message ends at a line feed where a field could begin") {
    CHECK(end_of<SimpleFrame>("\n") == 0);
    CHECK(end_of<SimpleFrame>("1;1;x;\n") == 6);
    CHECK(end_of<SimpleFrame>("1;3;a\nb;2;1;\n;\n") == 14);
    CHECK_FALSE(end_of<SimpleFrame>("1;1;x;").has_value());
    CHECK_FALSE(end_of<SimpleFrame>("1;9;x;\n").has_value());
}

TEST_CASE("text that cannot become a field is known at its first fault") {
    CHECK(is_broken<SimpleFrame>("x;1;"));
    CHECK(is_broken<SimpleFrame>("1;x;"));
    CHECK(is_broken<SimpleFrame>("1\n"));
    CHECK(is_broken<SimpleFrame>("1;1\n"));
    CHECK(is_broken<SimpleFrame>("1;1;xy"));
    CHECK(is_broken<SimpleFrame>(std::string(64, '1')));
    CHECK_FALSE(is_broken<SimpleFrame>("1;99999;x"));
}

namespace {

// How many messages there are in a text that arrives in pieces of so many bytes.
template <typename Make>
std::size_t count_messages(std::string_view text, std::size_t piece_bytes, Make make) {
    const auto source = [&text](char* to, std::size_t bytes) {
        const std::size_t taken = text.copy(to, bytes);
        text.remove_prefix(taken);
        return static_cast<ssize_t>(taken);
    };
    const auto before_wait = [] { return absl::OkStatus(); };
    InputWindow window(source, before_wait, piece_bytes);
    auto reader = make(window);
    std::size_t count = 0;
    for (auto message = reader.next(); message.ok() && message->has_value(); message = reader.next()) ++count;
    return count;
}

}  // namespace

TEST_CASE("messages are found in an input that arrives in any pieces") {
    const TagDictionary dictionary = iso8583_dictionary();
    const auto json = [&](InputWindow& window) { return JsonMessages(window, dictionary); };
    const auto simple = [&](InputWindow& window) { return SimpleMessages(window, dictionary); };
    for (const std::size_t piece_bytes : {1, 2, 7, 1'000}) {
        CHECK(count_messages(R"({"11":"1"} {"2":"}"}{})", piece_bytes, json) == 3);
        CHECK(count_messages("1;1;x;\n\n1;3;a\nb;2;1;y;", piece_bytes, simple) == 3);
        CHECK(count_messages("1;1;x;\n1;" + std::string(80, '0') + "1;y;", piece_bytes, simple) == 1);
    }
}
