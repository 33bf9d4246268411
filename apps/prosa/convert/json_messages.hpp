// apps/prosa/convert/json_messages.hpp: JSON objects, one behind the other.
#pragma once

#include <cstdint>
#include <string_view>

#include "apps/prosa/convert/message_reader.hpp"

namespace prosa::convert {

// Finds the end of an object without decoding it: strings and brackets only.
class JsonFrame {
  public:
    enum class State : std::uint8_t { incomplete, complete, broken };

    // `text` begins with the object and may grow from call to call; each byte is looked at once.
    State scan(std::string_view text) noexcept;
    // Complete: the object's length.
    std::size_t bytes() const noexcept { return at_; }

  private:
    State take(char c) noexcept;
    State take_in_string(char c) noexcept;
    State open(bool is_array) noexcept;
    State close(bool is_array) noexcept;

    std::size_t at_ = 0;
    std::uint64_t arrays_ = 0;  // one bit for each open bracket, the innermost lowest
    std::uint32_t depth_ = 0;
    bool is_in_string_ = false;
    bool is_escaped_ = false;
};

class JsonMessages final : public MessageReader {
  public:
    JsonMessages(InputWindow& input, const TagDictionary& dictionary)
        : input_(input), dictionary_(dictionary) {}

    absl::StatusOr<std::optional<FlatTvf>> next() override;

  private:
    // False: nothing but white space is left.
    absl::StatusOr<bool> skip_white_space();
    absl::StatusOr<FlatTvf> decode(std::string_view text) const;

    InputWindow& input_;
    const TagDictionary& dictionary_;
};

}  // namespace prosa::convert
