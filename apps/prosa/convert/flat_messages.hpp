// apps/prosa/convert/flat_messages.hpp: FlatTvf messages, one behind the other; each says its own length.
#pragma once

#include "apps/prosa/convert/message_reader.hpp"

namespace prosa::convert {

class FlatMessages final : public MessageReader {
  public:
    explicit FlatMessages(InputWindow& input) : input_(input) {}

    absl::StatusOr<std::optional<FlatTvf>> next() override;

  private:
    // True: the window holds as many bytes; false: the input ends before.
    absl::StatusOr<bool> wait_for(std::size_t bytes);

    InputWindow& input_;
};

}  // namespace prosa::convert
