// SimpleStringTvfView::parse on hostile text. Of a text that it accepts every field can be read as every
// type, and a writer that is given its fields writes a text with the same ones.
#include <array>

#include "test/fuzz/fuzz_input.hpp"
#include "tvf/simple_string_tvf.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

void read_as_every_type(const SimpleStringTvfView& view, Tag tag) {
    const auto one_of = [](TvfError error, TvfError otherwise) {
        expect(error == TvfError::none || error == otherwise, "a getter has a value or says why not");
    };
    one_of(view.get_unsigned(tag).error, TvfError::type_mismatch);
    one_of(view.get_signed(tag).error, TvfError::type_mismatch);
    one_of(view.get_byte(tag).error, TvfError::type_mismatch);
    one_of(view.get_float(tag).error, TvfError::type_mismatch);
    one_of(view.get_bytes(tag).error, TvfError::type_mismatch);
    one_of(view.get_date(tag).error, TvfError::conversion);
    one_of(view.get_datetime(tag).error, TvfError::conversion);
}

void read_level(const SimpleStringTvfView& view) {
    std::size_t fields = 0;
    for (const Tag tag : view.tags()) {
        expect(view.contains(tag), "a tag of the list is there");
        read_as_every_type(view, tag);
        if (const auto nested = view.get_buffer(tag); nested.ok()) read_level(*nested);
        ++fields;
    }
    expect(fields == view.size(), "the list of tags has as many as there are fields");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto view = SimpleStringTvfView::parse({reinterpret_cast<const char*>(data), size});
    if (!view.ok()) return 0;
    read_level(*view);
    static std::array<std::byte, 4096> storage;
    BodyBuffer body{.data = storage.data(), .capacity_bytes = storage.size()};
    SimpleStringTvfWriter writer(body);
    for (const Tag tag : view->tags()) writer.put_string(tag, *view->get_string(tag));
    expect(writer.finish() == TvfError::none, "what was read can be written");
    const auto copy = SimpleStringTvfView::validate(body.written());
    expect(copy.ok() && !copy->has_duplicates(), "a writer's text can be read");
    expect(std::ranges::equal(copy->tags(), view->tags()), "a copy has the same tags");
    for (const Tag tag : view->tags())
        expect(*copy->get_string(tag) == *view->get_string(tag), "a copy has the same values");
    return 0;
}
