// apps/prosa/convert/message_reader.hpp: cuts messages out of an input and checks them.
//
// A message is found before it is decoded, by looking at each byte once; the memory that it may take on the
// way is bounded: 64 MiB of JSON text, 16 MiB of the other forms.
//
// Errors    where in the input, what was wrong, what was expected.
// Threads   one.
#pragma once

#include <memory>
#include <optional>

#include "apps/prosa/convert/input_window.hpp"
#include "apps/prosa/convert/message_form.hpp"
#include "tvf/flat_tvf.hpp"
#include "tvf/tag_dictionary.hpp"

namespace prosa::convert {

class MessageReader {
  public:
    virtual ~MessageReader() = default;
    // Nothing at the end of the input. After an error the reader is of no more use.
    virtual absl::StatusOr<std::optional<FlatTvf>> next() = 0;

    // Where the message that was read last began in the input.
    std::uint64_t begin_byte() const noexcept { return begin_byte_; }

  protected:
    std::uint64_t begin_byte_ = 0;
};

// The input and the dictionary outlive the reader. Asserted: the form is not text.
std::unique_ptr<MessageReader> make_message_reader(MessageForm form, InputWindow& input,
                                                   const TagDictionary& dictionary);

}  // namespace prosa::convert
