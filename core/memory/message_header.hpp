// core/memory/message_header.hpp: what travels in front of every body, in a ring slot or a pooled block.
//
// 40 bytes, so that a TVF with one number (24 bytes) shares the header's cache line and a hop moves one line.
#pragma once

#include <cstdint>

#include "core/base/clock.hpp"
#include "core/base/ids.hpp"
#include "core/base/service_error.hpp"

namespace prosa {

enum class MessageKind : std::uint8_t {
    request = 1,
    response = 2,
    error = 3,
};

// Bits of MessageHeader::flags.
enum MessageFlag : std::uint16_t {
    body_in_block = 1,    // the inline area holds a MessageBlock*; the body is in that block
    has_correlation = 2,  // the inline area starts with the correlation id (8 bytes), the body follows
    more_follows = 4,     // the sender works through a queue: its next message is near
};

// An endpoint is a processor queue's place on its reactor: index in the low 12 bits, generation above. A new
// incarnation gets a new generation, so a message for the old one is recognised and answered `unreachable`.
enum class EndpointTag : std::uint32_t {};
inline constexpr EndpointTag no_endpoint{0};  // generations begin with 1
inline constexpr std::uint32_t endpoint_index_bits = 12;
inline constexpr std::uint32_t endpoints_max = 1U << endpoint_index_bits;
constexpr std::uint32_t endpoint_index(EndpointTag tag) noexcept {
    return value_of(tag) & (endpoints_max - 1);
}

struct MessageHeader {
    std::uint32_t sequence;       // belongs to the ring; never touched by what fills a message
    std::uint32_t body_bytes;     // of the body, wherever it is
    RequestId id;                 // the requester's; a reply repeats it
    Nanos deadline_ns;            // monotonic; expired work is not started
    ServiceHandle service;        // a provider of several services tells them apart
    std::uint32_t pending_index;  // the requester's entry; a reply repeats it
    EndpointTag provider;         // the incarnation this request was meant for
    MessageKind kind;
    ServiceError error;   // of kind error
    std::uint16_t flags;  // MessageFlag
};
static_assert(sizeof(MessageHeader) == 40, "header and a one-field TVF share one line");
static_assert(alignof(MessageHeader) == 8);

}  // namespace prosa
