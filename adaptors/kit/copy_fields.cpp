#include "adaptors/kit/copy_fields.hpp"

#include <cstring>

namespace prosa {
namespace {

void copy_field(const FlatTvfView& from, Tag tag, FlatTvfWriter& to) {
    const auto type = from.type_of(tag);
    if (!type.ok()) return;
    switch (type.value) {
        case TvfType::buffer:
            to.put_buffer(tag, *from.get_buffer(tag));
            break;
        case TvfType::unsigned64:
            to.put_unsigned(tag, *from.get_unsigned(tag));
            break;
        case TvfType::signed64:
            to.put_signed(tag, *from.get_signed(tag));
            break;
        case TvfType::byte:
            to.put_byte(tag, *from.get_byte(tag));
            break;
        case TvfType::float64:
            to.put_float(tag, *from.get_float(tag));
            break;
        case TvfType::string:
            to.put_string(tag, *from.get_string(tag));
            break;
        case TvfType::bytes:
            to.put_bytes(tag, *from.get_bytes(tag));
            break;
        case TvfType::date:
            to.put_date(tag, *from.get_date(tag));
            break;
        case TvfType::datetime:
            to.put_datetime(tag, *from.get_datetime(tag));
            break;
    }
}

}  // namespace

FlatTvfWriter copy_all_fields(const FlatTvfView& from, BodyBuffer& to) {
    const std::span<const std::byte> bytes = from.bytes();
    to.size_bytes = 0;
    if (!to.reserve(static_cast<std::uint32_t>(bytes.size()))) return FlatTvfWriter(to);
    std::memcpy(to.data, bytes.data(), bytes.size());
    to.size_bytes = static_cast<std::uint32_t>(bytes.size());
    return FlatTvfWriter::reopen(to);
}

FlatTvfWriter copy_fields(const FlatTvfView& from, const std::vector<Tag>& tags, BodyBuffer& to) {
    FlatTvfWriter writer(to);
    for (const Tag tag : tags) copy_field(from, tag, writer);
    return writer;
}

}  // namespace prosa
