// apps/prosa/convert/simple_messages.hpp: SimpleStringTvf messages, one a line.
//
// A value may hold a line feed: the end of a message is a line feed where a field could begin.
#pragma once

#include <cstdint>
#include <string_view>

#include "apps/prosa/convert/message_reader.hpp"

namespace prosa::convert {

// Finds the end of a message field by field.
class SimpleFrame {
  public:
    enum class State : std::uint8_t { incomplete, complete, broken };

    // `text` begins with the message and may grow from call to call.
    State scan(std::string_view text) noexcept;
    // The message's length, without the line feed.
    std::size_t bytes() const noexcept { return at_; }

  private:
    State state_of_field(std::string_view text) noexcept;

    std::size_t at_ = 0;  // where the next field begins
};

class SimpleMessages final : public MessageReader {
  public:
    SimpleMessages(InputWindow& input, const TagDictionary& dictionary)
        : input_(input), dictionary_(dictionary) {}

    absl::StatusOr<std::optional<FlatTvf>> next() override;

  private:
    absl::StatusOr<FlatTvf> decode(std::string_view text) const;

    InputWindow& input_;
    const TagDictionary& dictionary_;
};

}  // namespace prosa::convert
