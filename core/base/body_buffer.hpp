// core/base/body_buffer.hpp: the bytes of one message body while it is written.
//
// The bus hands out a BodyBuffer over a ring slot or a pooled block; a TVF writer fills it in place. When the
// body outgrows the place, `grow` moves it once to a larger one (a slot -> a pooled block). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace prosa {

struct BodyBuffer {
    std::byte* data = nullptr;
    std::uint32_t capacity_bytes = 0;
    std::uint32_t size_bytes = 0;  // what is written so far: [data, data + size_bytes)

    // Makes capacity_bytes >= needed_bytes, keeping the first size_bytes; `data` may change. False when no
    // larger place exists: the body is then unchanged. Null when this buffer cannot grow.
    bool (*grow)(BodyBuffer& buffer, std::uint32_t needed_bytes) = nullptr;
    void* owner = nullptr;  // for grow

    std::span<const std::byte> written() const noexcept { return {data, size_bytes}; }

    [[nodiscard]] bool reserve(std::uint32_t needed_bytes) {
        if (needed_bytes <= capacity_bytes) [[likely]]
            return true;
        return grow != nullptr && grow(*this, needed_bytes) && needed_bytes <= capacity_bytes;
    }
};

}  // namespace prosa
