// FlatTvfView::validate on hostile bytes. Of a message that it accepts every field can be read, as its type
// only, and a writer that is given these values writes the same bytes.
#include <array>

#include "test/fuzz/fuzz_input.hpp"
#include "tvf/flat_tvf.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

template <typename T>
void expect_mismatch(TvfType type, TvfType asked, const TvfResult<T>& read) {
    expect(type == asked || read.error == TvfError::type_mismatch, "another type is a type mismatch");
}

void read_as_every_type(const FlatTvfView& view, Tag tag, TvfType type) {
    expect_mismatch(type, TvfType::unsigned64, view.get_unsigned(tag));
    expect_mismatch(type, TvfType::signed64, view.get_signed(tag));
    expect_mismatch(type, TvfType::byte, view.get_byte(tag));
    expect_mismatch(type, TvfType::float64, view.get_float(tag));
    expect_mismatch(type, TvfType::date, view.get_date(tag));
    expect_mismatch(type, TvfType::datetime, view.get_datetime(tag));
    expect_mismatch(type, TvfType::string, view.get_string(tag));
    expect_mismatch(type, TvfType::bytes, view.get_bytes(tag));
    expect_mismatch(type, TvfType::buffer, view.get_buffer(tag));
}

void copy_level(const FlatTvfView& view, FlatTvfWriter& writer);

TvfError copy_field(const FlatTvfView& view, FlatTvfWriter& writer, Tag tag, TvfType type) {
    switch (type) {
        case TvfType::unsigned64:
            return writer.put_unsigned(tag, *view.get_unsigned(tag));
        case TvfType::signed64:
            return writer.put_signed(tag, *view.get_signed(tag));
        case TvfType::byte:
            return writer.put_byte(tag, *view.get_byte(tag));
        case TvfType::float64:
            return writer.put_float(tag, *view.get_float(tag));
        case TvfType::date:
            return writer.put_date(tag, *view.get_date(tag));
        case TvfType::datetime:
            return writer.put_datetime(tag, *view.get_datetime(tag));
        case TvfType::string:
            return writer.put_string(tag, *view.get_string(tag));
        case TvfType::bytes:
            return writer.put_bytes(tag, *view.get_bytes(tag));
        case TvfType::buffer:
            return writer.put_buffer(tag,
                                     [&](FlatTvfWriter& child) { copy_level(*view.get_buffer(tag), child); });
    }
    return TvfError::conversion;
}

void copy_level(const FlatTvfView& view, FlatTvfWriter& writer) {
    std::size_t fields = 0;
    for (const Tag tag : view.tags()) {
        const auto type = view.type_of(tag);
        expect(type.ok() && view.contains(tag), "a tag of the list is there");
        read_as_every_type(view, tag, *type);
        expect(copy_field(view, writer, tag, *type) == TvfError::none, "what was read can be written");
        ++fields;
    }
    expect(fields == view.size(), "the list of tags has as many as the header says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto view = FlatTvfView::validate(bytes);
    if (!view.ok()) return 0;
    static std::array<std::byte, 4096> storage;
    BodyBuffer body{.data = storage.data(), .capacity_bytes = static_cast<std::uint32_t>(size)};
    FlatTvfWriter writer(body);
    copy_level(*view, writer);
    expect(writer.finish() == TvfError::none, "a copy fits where the message was");
    expect(std::ranges::equal(body.written(), bytes), "a copy has the bytes of the message");
    return 0;
}
