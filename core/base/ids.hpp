// core/base/ids.hpp: the numbers that name things. None is ever reused within an instance.
#pragma once

#include <compare>
#include <cstdint>
#include <type_traits>

namespace prosa {

// Names a processor of an instance, 1-based; 0 is Main (as in ProSA).
enum class ProcessorId : std::uint32_t {};
inline constexpr ProcessorId main_processor_id{0};

// Names one queue of a processor: its shard number, 0-based.
enum class QueueId : std::uint32_t {};

// Names one reactor (or client) of an instance, 0-based.
enum class ReactorId : std::uint16_t {};

// Names one service of an instance, 0-based; indexes the service table, so no request hashes a name.
enum class ServiceHandle : std::uint32_t {};
inline constexpr ServiceHandle no_service{0xffff'ffff};

// One run of a processor between two (re)starts.
enum class Incarnation : std::uint64_t {};

// Names one request of an instance: the requester's reactor in the top 10 bits, a counter below, so that ids
// of one requester are monotonic and ids of an instance are unique.
using RequestId = std::uint64_t;

template <typename Id>
requires std::is_enum_v<Id>
constexpr auto value_of(Id id) noexcept { return static_cast<std::underlying_type_t<Id>>(id); }

// A provider of a service: one queue of one processor.
struct ProviderId {
    ProcessorId processor;
    QueueId queue;
    auto operator<=>(const ProviderId&) const = default;
};

}  // namespace prosa
