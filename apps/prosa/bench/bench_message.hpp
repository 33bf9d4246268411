// apps/prosa/bench/bench_message.hpp: the two messages of the figures: one number, or ten fields.
//
// Both sides write every field and read every field. The number makes each message another one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "apps/prosa/bench/ten_fields.hpp"
#include "core/base/assert.hpp"

namespace prosa::bench {

enum class BenchMessage : std::uint8_t { one_field, ten_fields };

class MessageWriter {
  public:
    void write(BenchMessage message, BodyBuffer& body, std::uint64_t number) noexcept {
        TvfError error = TvfError::none;
        if (message == BenchMessage::one_field) {
            FlatTvfWriter writer(body);
            writer.put_unsigned(tag_stan, number);
            error = writer.finish();
        } else {
            fields_.stan = number;
            error = write_ten_fields(body, fields_);
        }
        PROSA_ASSERT(error == TvfError::none, "a benchmark's message can be written");
    }

  private:
    TenFields fields_;
};

class MessageReader {
  public:
    // The message's number. Asserted: all fields are there and hold what was written.
    std::uint64_t read(BenchMessage message, std::span<const std::byte> body) const noexcept {
        const FlatTvfView view = FlatTvfView::trusted(body);
        if (message == BenchMessage::one_field) return view.get_unsigned(tag_stan).value;
        const TenFieldsRead fields = read_ten_fields(view);
        PROSA_ASSERT(fields.sum == sum_without_number_ + fields.stan, "ten fields arrive as written");
        return fields.stan;
    }

  private:
    std::uint64_t sum_without_number_ = sum_of_fields(TenFields{.stan = 0});
};

// How many bytes the body of a message has.
inline std::uint32_t body_bytes_of(BenchMessage message) {
    alignas(8) std::array<std::byte, 1024> bytes{};
    BodyBuffer body{.data = bytes.data(), .capacity_bytes = bytes.size()};
    MessageWriter().write(message, body, 1);
    return body.size_bytes;
}

}  // namespace prosa::bench
