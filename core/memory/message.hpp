// core/memory/message.hpp: finds the parts of a message behind its header.
//
// Layout, in a ring slot and in a block's payload alike:
//   0   MessageHeader, 40 bytes
//   40  correlation id, 8 bytes, with has_correlation only
//   +   the body; or, with body_in_block, a MessageBlock* whose payload is the body
//
// Threads   whoever owns the slot or block.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <span>

#include "core/memory/message_header.hpp"
#include "core/memory/message_pool.hpp"

namespace prosa {

inline constexpr std::uint32_t header_bytes = sizeof(MessageHeader);
inline constexpr std::uint32_t correlation_bytes = sizeof(RequestId);

inline MessageHeader& header_at(std::byte* message) noexcept {
    return *std::launder(reinterpret_cast<MessageHeader*>(message));
}

inline std::byte* area_of(MessageHeader& header) noexcept {
    return reinterpret_cast<std::byte*>(&header) + header_bytes;
}
inline const std::byte* area_of(const MessageHeader& header) noexcept {
    return reinterpret_cast<const std::byte*>(&header) + header_bytes;
}

// Where the body (or the block's address) starts.
inline std::uint32_t body_offset_bytes(const MessageHeader& header) noexcept {
    return (header.flags & has_correlation) != 0 ? correlation_bytes : 0;
}

// Null unless the body lies in a block of its own.
inline MessageBlock* body_block_of(const MessageHeader& header) noexcept {
    if ((header.flags & body_in_block) == 0) [[likely]]
        return nullptr;
    MessageBlock* block;
    std::memcpy(&block, area_of(header) + body_offset_bytes(header), sizeof block);
    return block;
}

inline std::span<const std::byte> body_of(const MessageHeader& header) noexcept {
    const MessageBlock* const block = body_block_of(header);
    const std::byte* const body =
        block != nullptr ? block->payload() : area_of(header) + body_offset_bytes(header);
    return {body, header.body_bytes};
}

// The id of the first request of a chain of requests that cause each other.
inline RequestId correlation_of(const MessageHeader& header) noexcept {
    if ((header.flags & has_correlation) == 0) return header.id;
    RequestId correlation;
    std::memcpy(&correlation, area_of(header), sizeof correlation);
    return correlation;
}

// Bytes from the header to the end of what lies behind it: what a move of the message copies.
inline std::uint32_t message_bytes(const MessageHeader& header) noexcept {
    const std::uint32_t behind =
        (header.flags & body_in_block) != 0 ? std::uint32_t{sizeof(MessageBlock*)} : header.body_bytes;
    return header_bytes + body_offset_bytes(header) + behind;
}

// What a reply repeats of its request, from id to provider: they lie side by side.
inline void copy_identity(MessageHeader& to, const MessageHeader& from) noexcept {
    constexpr std::size_t begin = offsetof(MessageHeader, id);
    constexpr std::size_t bytes = offsetof(MessageHeader, kind) - begin;
    std::memcpy(reinterpret_cast<std::byte*>(&to) + begin, reinterpret_cast<const std::byte*>(&from) + begin,
                bytes);
}

// Starts to bring all lines of a message but the header's into this core at once.
inline void prefetch_message(const MessageHeader& header) noexcept {
    const auto* const start = reinterpret_cast<const std::byte*>(&header);
    const std::uint32_t bytes = message_bytes(header);
    for (std::uint32_t offset = cache_line_bytes; offset < bytes; offset += cache_line_bytes)
        prefetch_read(start + offset);
}

// Moves a message whole, but for the sequence word, which is the ring's.
inline void copy_message(MessageHeader& to, const MessageHeader& from) noexcept {
    constexpr std::uint32_t skip = sizeof(MessageHeader::sequence);
    std::memcpy(reinterpret_cast<std::byte*>(&to) + skip, reinterpret_cast<const std::byte*>(&from) + skip,
                message_bytes(from) - skip);
}

}  // namespace prosa
