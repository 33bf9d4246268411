// apps/prosa/convert/message_encoder.hpp: appends messages to an output, in the form it shall have.
//
// Threads   one.
#pragma once

#include <cstdint>
#include <string>

#include "apps/prosa/convert/message_form.hpp"
#include "core/base/status.hpp"
#include "tvf/flat_tvf.hpp"
#include "tvf/json_values.hpp"
#include "tvf/tag_dictionary.hpp"

namespace prosa::convert {

class MessageEncoder {
  public:
    // The exposure is for MessageForm::text; the other forms hold everything. The dictionary outlives the
    // encoder.
    MessageEncoder(MessageForm form, const TagDictionary& dictionary, Exposure exposure)
        : form_(form), dictionary_(dictionary), exposure_(exposure) {}

    // Error: what of the message the form cannot hold.
    absl::Status append(std::string& to, const FlatTvf& message);

    std::uint64_t message_count() const noexcept { return message_count_; }
    // Date-times whose fraction of a second the form could not hold.
    std::uint64_t cut_times() const noexcept { return cut_times_; }

  private:
    absl::Status append_simple(std::string& to, const FlatTvf& message);
    void append_text(std::string& to, const FlatTvf& message) const;

    const MessageForm form_;
    const TagDictionary& dictionary_;
    const Exposure exposure_;
    std::uint64_t message_count_ = 0;
    std::uint64_t cut_times_ = 0;
};

}  // namespace prosa::convert
