#include "apps/prosa/convert/message_encoder.hpp"

#include "tvf/simple_string_tvf.hpp"
#include "tvf/tvf_copy.hpp"
#include "tvf/tvf_json.hpp"
#include "tvf/tvf_listing.hpp"

namespace prosa::convert {
namespace {

std::string_view chars_of(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

absl::Status MessageEncoder::append(std::string& to, const FlatTvf& message) {
    switch (form_) {
        case MessageForm::json:
            to += to_json(message.view(), dictionary_, Exposure::clear, TypeMarks::where_needed);
            to += '\n';
            break;
        case MessageForm::tvf:
            to += chars_of(message.bytes());
            break;
        case MessageForm::simple:
            if (absl::Status status = append_simple(to, message); !status.ok()) return status;
            break;
        case MessageForm::text:
            append_text(to, message);
            break;
    }
    ++message_count_;
    return absl::OkStatus();
}

absl::Status MessageEncoder::append_simple(std::string& to, const FlatTvf& message) {
    TvfCopy<FlatTvfView, SimpleStringTvfWriter> copier;
    SimpleStringTvf simple;
    absl::Status copied;
    const TvfError error = simple.edit(
        [&](SimpleStringTvfWriter& writer) { copied = copier.copy(message.view(), writer, dictionary_); });
    if (!copied.ok()) return invalid_argument("the form simple cannot hold it: {}", message_of(copied));
    if (error != TvfError::none)
        return invalid_argument("the form simple cannot hold it: {}", name_of(error));
    cut_times_ += copier.cut_times();
    to += chars_of(simple.bytes());
    to += '\n';
    return absl::OkStatus();
}

void MessageEncoder::append_text(std::string& to, const FlatTvf& message) const {
    to += fmt::format("{}message {}: {} field{}\n", message_count_ == 0 ? "" : "\n", message_count_ + 1,
                      message.size(), message.size() == 1 ? "" : "s");
    to += listing_text(message.view(), dictionary_, exposure_);
}

}  // namespace prosa::convert
