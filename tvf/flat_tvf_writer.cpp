#include "tvf/flat_tvf_writer.hpp"

namespace prosa {

FlatTvfWriter FlatTvfWriter::reopen(BodyBuffer& body) noexcept {
    const FlatTvfView message = FlatTvfView::trusted(body.written());
    const std::uint32_t size = body.size_bytes;
    FlatTvfWriter writer(body);
    if (size == 0) return writer;
    for (const Tag tag : message.tags()) writer.seen_.add(tag);
    writer.field_count_ = static_cast<std::uint32_t>(message.size());
    writer.size_ = size;
    return writer;
}

FlatTvfWriter::Claim FlatTvfWriter::claim_slowly(BodyBuffer& body, Place place, Level level, bool maybe_old,
                                                 std::uint64_t field, std::size_t value_bytes) noexcept {
    const auto refuse = [&](TvfError error) -> Claim {
        level.error = error;
        place.capacity_bytes = level.size;  // sends every later put here
        return {place, level, nullptr};
    };
    if (level.error != TvfError::none) return refuse(level.error);
    if (value_bytes > flat::value_bytes_max) return refuse(TvfError::limit);
    const std::uint32_t field_bytes = flat::field_bytes_of(field);
    std::uint32_t offset = level.size;
    if (maybe_old)
        offset =
            flat::find_field(place.data, level.begin + flat::header_bytes, level.size, flat::tag_of(field));
    const bool is_old = offset < level.size;
    if (!is_old && level.field_count == tvf_fields_max) return refuse(TvfError::limit);
    const std::uint32_t old_bytes = is_old ? flat::field_bytes_of(flat::load_word(place.data + offset)) : 0;
    const std::uint32_t new_size = level.size - old_bytes + field_bytes;
    if (new_size > place.capacity_bytes) {
        const Grown grown = grow(body, level.size, new_size);
        place = grown.place;
        if (grown.error != TvfError::none) return refuse(grown.error);
    }
    std::byte* const at = place.data + offset;
    std::memmove(at + field_bytes, at + old_bytes, level.size - offset - old_bytes);
    flat::store_word(at, field);
    level.size = new_size;
    if (!is_old) ++level.field_count;
    return {place, level, at + flat::field_header_bytes};
}

FlatTvfWriter::Grown FlatTvfWriter::grow(BodyBuffer& body, std::uint32_t used_bytes,
                                         std::uint32_t needed_bytes) noexcept {
    if (needed_bytes > tvf_message_bytes_max) return {Place::of(body), TvfError::limit};
    body.size_bytes = std::min(used_bytes, body.capacity_bytes);
    const bool has_room = body.reserve(needed_bytes);
    body.size_bytes = 0;
    return {Place::of(body), has_room ? TvfError::none : TvfError::full};
}

FlatTvfWriter::Removed FlatTvfWriter::remove_field(std::byte* data, std::uint32_t first, std::uint32_t size,
                                                   Tag tag) noexcept {
    const std::uint32_t offset = flat::find_field(data, first, size, tag);
    if (offset >= size) return {size, false};
    const std::uint32_t field_bytes = flat::field_bytes_of(flat::load_word(data + offset));
    std::memmove(data + offset, data + offset + field_bytes, size - offset - field_bytes);
    return {size - field_bytes, true};
}

}  // namespace prosa
