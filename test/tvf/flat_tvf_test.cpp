#include "tvf/flat_tvf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace prosa;

namespace {

// A BodyBuffer over a fixed array that cannot grow.
template <std::size_t capacity_bytes>
struct FixedBody {
    alignas(8) std::array<std::byte, capacity_bytes> bytes{};
    BodyBuffer buffer{.data = bytes.data(), .capacity_bytes = capacity_bytes};
};

}  // namespace

TEST_CASE("a message with one unsigned field is 24 bytes with the documented layout") {
    FixedBody<64> body;
    FlatTvfWriter writer(body.buffer);
    writer.put_unsigned(0x01020304, 0x1122334455667788);
    REQUIRE(writer.finish() == TvfError::none);
    const std::vector<unsigned> expected = {1,    0,    1,    0,    24,   0,    0,    0,  //
                                            4,    3,    2,    1,    2,    8,    0,    0,  //
                                            0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
    std::vector<unsigned> written;
    for (const std::byte byte : body.buffer.written()) written.push_back(std::to_integer<unsigned>(byte));
    CHECK(written == expected);
}

TEST_CASE("reading another type than was put is a type mismatch, an absent tag is not found") {
    FlatTvf tvf;
    tvf.put_unsigned(1, 42);
    CHECK(tvf.get_signed(1).error == TvfError::type_mismatch);
    CHECK(tvf.get_string(1).error == TvfError::type_mismatch);
    CHECK(tvf.get_buffer(1).error == TvfError::type_mismatch);
    CHECK(tvf.get_byte(2).error == TvfError::not_found);
    CHECK(*tvf.get_unsigned(1) == 42);
}

TEST_CASE("a full buffer refuses the put, sticks to the error and holds no message") {
    FixedBody<40> body;
    FlatTvfWriter writer(body.buffer);
    CHECK(writer.put_unsigned(1, 1) == TvfError::none);
    CHECK(writer.put_unsigned(2, 2) == TvfError::none);
    CHECK(writer.put_unsigned(3, 3) == TvfError::full);
    CHECK(writer.finish() == TvfError::full);
    CHECK(body.buffer.size_bytes == 0);
}

TEST_CASE("a nested message after an error writes nothing and keeps the first error") {
    FixedBody<48> body;
    FlatTvfWriter writer(body.buffer);
    writer.put_unsigned(1, 1);
    CHECK(writer.put_string(2, "\xff") == TvfError::conversion);
    FlatTvfWriter child = writer.begin_buffer(3);
    for (Tag tag = 0; tag < 20; ++tag) CHECK(child.put_unsigned(tag, 1) == TvfError::conversion);
    FlatTvfWriter grandchild = child.begin_buffer(30);
    CHECK(grandchild.put_string(1, "text") == TvfError::conversion);
    child.end_buffer(grandchild);
    CHECK(writer.end_buffer(child) == TvfError::conversion);
    CHECK(writer.finish() == TvfError::conversion);
}

TEST_CASE("a fill that throws after the buffer moved leaves a writer that refuses and reports") {
    FlatTvf tvf;
    const TvfError error = tvf.edit([](FlatTvfWriter& writer) {
        writer.put_unsigned(1, 1);
        const auto fill = [](FlatTvfWriter& child) {
            child.put_string(1, std::string(10'000, 'x'));
            throw 1;
        };
        CHECK_THROWS_AS(writer.put_buffer(2, fill), int);
        CHECK(writer.put_unsigned(3, 3) == TvfError::serialization);
    });
    CHECK(error == TvfError::serialization);
    CHECK(tvf.is_empty());
}

TEST_CASE("a nested message that does not fit is refused at any point of it") {
    for (std::uint32_t capacity_bytes = 8; capacity_bytes < 72; ++capacity_bytes) {
        FixedBody<72> body;
        body.bytes.fill(std::byte{0xee});
        body.buffer.capacity_bytes = capacity_bytes;
        FlatTvfWriter writer(body.buffer);
        FlatTvfWriter child = writer.begin_buffer(3);
        FlatTvfWriter grandchild = child.begin_buffer(1);
        grandchild.put_unsigned(1, 1);
        grandchild.put_unsigned(2, 1);
        child.end_buffer(grandchild);
        CHECK(writer.end_buffer(child) == TvfError::full);
        CHECK(writer.finish() == TvfError::full);
        for (std::size_t i = capacity_bytes; i < 72; ++i) CHECK(body.bytes[i] == std::byte{0xee});
    }
}

TEST_CASE("a field is overwritten in a buffer that is exactly full") {
    FixedBody<40> body;
    FlatTvfWriter writer(body.buffer);
    writer.put_unsigned(1, 1);
    writer.put_unsigned(2, 2);
    CHECK(writer.put_unsigned(1, 7) == TvfError::none);
    CHECK(writer.put_string(2, "12345678") == TvfError::none);
    REQUIRE(writer.finish() == TvfError::none);
    const auto view = FlatTvfView::validate(body.buffer.written());
    REQUIRE(view.ok());
    CHECK(*view->get_unsigned(1) == 7);
    CHECK(*view->get_string(2) == "12345678");
}

TEST_CASE("nothing fits a buffer smaller than a header") {
    FixedBody<7> body;
    FlatTvfWriter writer(body.buffer);
    CHECK(writer.finish() == TvfError::full);
}

TEST_CASE("text that is not UTF-8 and dates that do not exist are refused") {
    FlatTvf tvf;
    CHECK(tvf.put_string(1, "caf\xc3\xa9") == TvfError::none);
    CHECK(tvf.put_string(2, "\xff") == TvfError::conversion);
    CHECK(tvf.put_date(3, {2023, 2, 29}) == TvfError::conversion);
    CHECK(tvf.put_date(4, {2024, 2, 29}) == TvfError::none);
    CHECK(tvf.size() == 2);
}

TEST_CASE("strings of every length around the word size come back with zero padding") {
    const std::string text(40, 'x');
    for (std::size_t length = 0; length <= text.size(); ++length) {
        FixedBody<64> body;
        body.bytes.fill(std::byte{0xee});
        FlatTvfWriter writer(body.buffer);
        writer.put_string(1, std::string_view(text).substr(0, length));
        REQUIRE(writer.finish() == TvfError::none);
        const auto view = FlatTvfView::validate(body.buffer.written());
        REQUIRE(view.ok());
        CHECK(*view->get_string(1) == std::string_view(text).substr(0, length));
    }
}

TEST_CASE("nested messages are written in place, to the depth limit and not beyond") {
    const auto nest = [](std::uint32_t levels) {
        FlatTvf tvf;
        return tvf.edit([levels](FlatTvfWriter& writer) {
            const auto descend = [](auto&& self, FlatTvfWriter& parent, std::uint32_t left) -> void {
                if (left > 1)
                    parent.put_buffer(1, [&](FlatTvfWriter& child) { self(self, child, left - 1); });
            };
            descend(descend, writer, levels);
        });
    };
    CHECK(nest(tvf_depth_max) == TvfError::none);
    CHECK(nest(tvf_depth_max + 1) == TvfError::limit);
    CHECK(nest(1000) == TvfError::limit);
}

TEST_CASE("the writer moves to a larger place while a nested message is open") {
    FlatTvf tvf;
    const TvfError error = tvf.edit([](FlatTvfWriter& writer) {
        writer.put_unsigned(1, 1);
        FlatTvfWriter child = writer.begin_buffer(2);
        for (Tag tag = 0; tag < 100; ++tag) child.put_string(tag, "a string that fills the buffer");
        writer.end_buffer(child);
        writer.put_unsigned(3, 3);
    });
    REQUIRE(error == TvfError::none);
    const auto view = FlatTvfView::validate(tvf.bytes());
    REQUIRE(view.ok());
    CHECK(view->get_buffer(2)->size() == 100);
    CHECK(*view->get_buffer(2)->get_string(99) == "a string that fills the buffer");
    CHECK(*view->get_unsigned(3) == 3);
}

TEST_CASE("65535 fields fit, 70000 are refused") {
    const auto fill = [](Tag count) {
        FlatTvf tvf;
        return tvf.edit([count](FlatTvfWriter& writer) {
            for (Tag tag = 0; tag < count; ++tag) writer.put_byte(tag, 1);
        });
    };
    CHECK(fill(65'535) == TvfError::none);
    CHECK(fill(70'000) == TvfError::limit);
}

TEST_CASE("a value that would pass 16 MiB is refused") {
    const std::vector<std::byte> bytes(tvf_message_bytes_max);
    FlatTvf tvf;
    CHECK(tvf.put_bytes(1, bytes) == TvfError::limit);
    CHECK(tvf.put_bytes(1, std::span(bytes).first(tvf_message_bytes_max - 16)) == TvfError::none);
    CHECK(FlatTvfView::validate(tvf.bytes()).ok());
}

TEST_CASE("an empty view, an empty message and an empty nested message behave alike") {
    CHECK(FlatTvfView().is_empty());
    CHECK(FlatTvfView().size() == 0);
    CHECK(!FlatTvfView().contains(0));
    CHECK(FlatTvfView().tags().begin() == FlatTvfView().tags().end());
    FlatTvf tvf;
    tvf.edit([](FlatTvfWriter& writer) { writer.put_buffer(0, FlatTvfView()); });
    CHECK(tvf.get_buffer(0)->is_empty());
    CHECK(tvf.contains(0));
    CHECK(FlatTvfView::validate(tvf.bytes()).ok());
}
