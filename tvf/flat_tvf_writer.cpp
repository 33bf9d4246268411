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

TvfError FlatTvfWriter::grow(BodyBuffer& body, Place& place, std::uint32_t used_bytes,
                             std::uint32_t needed_bytes) noexcept {
    if (needed_bytes > tvf_message_bytes_max) return TvfError::limit;
    body.size_bytes = std::min(used_bytes, body.capacity_bytes);
    const bool has_room = body.reserve(needed_bytes);
    body.size_bytes = 0;
    place = Place::of(body);
    return has_room ? TvfError::none : TvfError::full;
}

std::uint32_t FlatTvfWriter::resize_gap(std::byte* data, std::uint32_t offset, std::uint32_t old_bytes,
                                        std::uint32_t new_bytes, std::uint32_t size) noexcept {
    std::memmove(data + offset + new_bytes, data + offset + old_bytes, size - offset - old_bytes);
    return old_bytes - new_bytes;
}

}  // namespace prosa
